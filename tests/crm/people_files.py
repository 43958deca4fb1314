"""Files of people as spreadsheets and Mailchimp write them, in the tests' own words."""

MAILCHIMP = (
    "Email Address,First Name,Last Name,Address,Phone Number,Birthday,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,"
    "CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS\n"
)
LEFT = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LAST_CHANGED,LEID,EUID,"
    "NOTES,TAGS,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER\n"
)
CLEANED = LEFT.split("UNSUB_TIME")[0] + "CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID\n"


def subscribed(email, *, optin="", confirm="2024-03-14 09:14:00", first="Ana", tags='"""VIP"",""cafe"""'):
    return (
        f'{email},{first},Mora,"Avenida Central 1  San Jose  10101  CR",+50622220000,03/14,4,{optin},192.0.2.10,{confirm},'
        f"192.0.2.11,9.9,-84.0,-6,-6,America/Costa_Rica,CR,SJ,2024-05-01 10:00:00,1,a1,,{tags}\n"
    )


def left(email, at="2024-02-01 09:00:00"):
    return f"{email},Luis,Rojas,2,,,2022-01-05 08:00:00,192.0.2.12,2024-02-01 09:00:00,3,0a,,,{at},Oferta,9f,NORMAL,\n"


def cleaned(email, at="2024-02-01 09:00:00"):
    return f"{email},Luis,Rojas,2,,,2022-01-05 08:00:00,192.0.2.12,2024-02-01 09:00:00,3,0a,,,{at},Oferta,9f\n"
