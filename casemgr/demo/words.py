"""Hold the invented names and sentences of the demo clinic. Nobody here is real."""

from typing import Any

GIVEN = (
    "Alma", "Andre", "Aniya", "Bao", "Beatriz", "Bryn", "Camila", "Carl", "Chidi", "Dana", "Darnell", "Delia", "Diego", "Eddie", "Elena",
    "Esme", "Farid", "Fiona", "Gabriel", "Gloria", "Hana", "Harold", "Ines", "Isaac", "Jada", "Jerome", "Joanna", "Jorge", "Kaya", "Keith",
    "Lamar", "Laura", "Leila", "Lorenzo", "Luz", "Malik", "Marisol", "Marta", "Mei", "Nadia", "Nate", "Noor", "Olga", "Omar", "Paloma",
    "Pete", "Quinn", "Rafael", "Renee", "Rosa", "Sam", "Selma", "Tariq", "Teresa", "Tomas", "Uma", "Vera", "Victor", "Wanda", "Xavier",
    "Yara", "Zane",
)  # fmt: skip

FAMILY = (
    "Abbott", "Acosta", "Baker", "Barrera", "Bell", "Castillo", "Chavez", "Coleman", "Cruz", "Dawson", "Delgado", "Diaz", "Ellis",
    "Espinoza",
    "Fields", "Flores", "Garner", "Gomez", "Hale", "Herrera", "Hoffman", "Ibarra", "Jensen", "Juarez", "Keller", "Kim", "Lawson", "Lopez",
    "Marsh", "Medina", "Mercer", "Nguyen", "Novak", "Ortega", "Osei", "Patel", "Pena", "Perry", "Quintero", "Ramos", "Reyes", "Rhodes",
    "Santos", "Shaw", "Soto", "Sutton", "Tran", "Torres", "Underwood", "Vargas", "Walsh", "Weber", "Wong", "Yates", "Young", "Zamora",
)  # fmt: skip

CHOSEN = ("Ace", "Bee", "Charlie", "Dee", "Frankie", "Jo", "Kit", "Lee", "Max", "Nico", "Remy", "Sky", "Sol", "Toni")
PRONOUNS = ("she/her", "he/him", "they/them", "ella", "él")

MENTAL_HEALTH = (
    ("F33.1", "depression", 0.34),
    ("F41.1", "worry that does not stop", 0.2),
    ("F43.10", "memories that come back", 0.18),
    ("F41.0", "panic attacks", 0.08),
    ("F31.81", "mood swings", 0.08),
    ("F40.10", "fear of being among people", 0.06),
    ("F60.3", "feelings that change fast", 0.06),
)
"""ICD-10-CM code, the plan's words for it, share of people."""

SUBSTANCE_GOALS = (
    "I want to get through a whole day without thinking about using.",
    "I want my kids to see me well.",
    "I want to keep my medicine steady and stop being sick in the morning.",
    "I want to stop carrying this alone.",
    "I want to be able to go past my old corner and keep walking.",
)
MENTAL_HEALTH_GOALS = (
    "I want to sleep through the night.",
    "I want to get on the bus without my heart racing.",
    "I want to feel like doing things again.",
    "I want to be in a room with other people and be okay.",
    "I want the bad days to stop running my week.",
)
OBJECTIVES: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "substance_use": (
        (
            "Comes for medication on at least 25 of 30 days",
            {
                "measured_as": "number",
                "unit": "days of 30",
                "start_value": 15,
                "target_value": 25,
                "direction": "up",
                "measure": "dosing record",
            },
        ),
        (
            "Names three triggers and a plan for each",
            {"measured_as": "number", "unit": "triggers with a plan", "start_value": 0, "target_value": 3, "direction": "up"},
        ),
    ),
    "mental_health": (
        (
            "PHQ-9 falls below 10 in 8 weeks",
            {"measured_as": "instrument", "instrument": "phq9", "start_value": 19, "target_value": 9, "direction": "down"},
        ),
        (
            "Practices grounding five days a week",
            {"measured_as": "number", "unit": "days a week", "target_value": 5, "direction": "up", "measure": "own diary"},
        ),
    ),
}
STRENGTHS = (
    "Gets up early, keeps her word, wants to be there for her daughter.",
    "Good with his hands, honest about slips, a brother who visits.",
    "Has done this before for eleven months and knows what helped.",
    "Funny, patient, goes to the library to read.",
    "Strong faith, two friends who do not use.",
)
NOTES = (
    "Talked about the week. Sleep somewhat better, cravings in the evening. Rehearsed calling the sister before going out alone.",
    "Came in tired. Worked through a thought record about the argument at home. Will try the walk after supper.",
    "Describes two hard days after seeing an old friend. No use. Reviewed triggers, updated the coping card.",
    "Mood lower, appetite fine. Agreed on one small thing a day: opening the curtains before nine.",
    "Spoke about the return to use on the weekend without being pushed. Looked at what came before it and what helped to stop.",
    "Practiced grounding, 5-4-3-2-1. Wants to use it on the bus. Homework: three rides.",
    "Good week. Job interview on Thursday, nervous. Role play of the question about the gap.",
    "Brought the drawing from last week. Talked about anger, and what is under it.",
)
GROUP_NOTES = (
    "Shared about the morning routine and listened well to others.",
    "Quiet, stayed the whole time, thanked somebody at the end.",
    "Spoke about shame for the first time.",
    "Offered a newcomer a ride to the next meeting.",
)
GROUP_TEXTS = (
    "Topic: what mood does to craving and craving to mood. Everybody drew their own circle and marked one place to step out.",
    "Topic: triggers on pay day. Collected ideas on the board and chose one each.",
    "Topic: sleep. Went through the ten minutes before bed, tried a body scan together.",
)
GROUPS = ("Both sides of it", "Morning skills")

HOUSING_TASKS = (
    "Apply for a place in supportive housing",
    "Get a copy of the birth certificate for the housing application",
    "Call the landlord about the late rent",
    "Visit the sober living home on Grove Street",
)
EMPLOYMENT_TASKS = (
    "Write a résumé together",
    "Sign up for the warehouse training",
    "Ask the employer for a shift after dosing hours",
    "Look up fair-chance employers near the bus line",
)
OTHER_TASKS = (
    ("benefits", "Renew Medicaid before it ends"),
    ("transport", "Apply for the reduced-fare bus card"),
    ("legal", "Ask legal aid about the old fine"),
    ("health", "Make an appointment for hepatitis C treatment"),
    ("follow_up", "Call after the hospital stay"),
)
OUTCOMES = ("Done together at the desk.", "Sent off, copy in the folder.", "Went alone and managed it.", "Agreed by phone.")
REFERRAL_ANSWERS = ("A room is free from the first of the month.", "First meeting on Tuesday at ten.", "On the list, about three weeks.")
REFERRAL_REFUSALS = ("No free place at the moment.", "Outside the area they serve.")
CALLS = (
    "Reached by phone: was sick, comes tomorrow.",
    "Left no message, sister called back: all is well.",
    "Met at the door, bus was late.",
    "No answer, tried twice; visit on Thursday.",
)
