"""List names that are words as well, and sayings in which a name means nobody of the group."""

_ENGLISH = (
    "rod abbott ace amber amy an angel archer art ash baker ball banks barber baron basil bean bear bell berry best bill bird bishop "
    "black bliss bloom blue bob bond booker bowman brook brooks brown buck buddy bull bush butler cain cannon carol carpenter carter "
    "case cash chance chambers charity chase cherry christian church clay cliff colt constance cook cooper coral creed cross crystal "
    "daisy dale dancer dawn day dean destiny dick do dove drew duke earl easter ed eden english ernest eve faith farmer fern field "
    "fields fisher flint flora forest ford fox frank free freedom french friend frost gage garden gay gene genesis ginger glenn glory "
    "good grace grant gray green grey guy hall happy hardy harmony harper hart haven hazel heath heather heaven henny hill holly "
    "honey honor hope house hunter hurt irish iris ivory ivy jack jade jasmine jay jean jewel john jo journey joy judge justice key "
    "kind king kitty knight lake lamb lance lane laurel law laws lee leo liberty lily lists little long love loving low loyal lucky "
    "lynx mace major man march mark marsh marshall mason may mays means melody mercer mercy merry mike miles miller mind minor misty "
    "money moody moon moral more moss my myrtle nick noble north nova oak ocean oh olive opal pace page park parker parks pat "
    "patience pearl penny peter pierce pike pine pink poe pollard pool poole pope poppy porter post potter powell power powers "
    "precious presley price prince princess prudence rain raven ray read reed rich rider rivers rob robin rock rocky rose rowan royal "
    "ruby rush rusty ruth sable sage sail saint salt sandy savage savvy scarlet serenity sharp shepherd short silver singer skip sky "
    "slate sloan small smart snow so sonny spring star steele sterling still stone storm strange street strong sue summer summers "
    "sunny sweet swift ted temple tiger to true trinity truly turner tyler unity val vale van victor victory violet wade walker wall "
    "ward waters weaver wells west white wild will wills win winner winter wise wolf wood woods world worth wren york young"
)
ENGLISH = frozenset(_ENGLISH.split())
"""Names that are words in English."""

_SPANISH = (
    "abril alba alegria alma amada amado amor amparo ana angeles aurora bella belen blanca blanco bonita bravo cabello caballero "
    "calle calvo camino campo campos cano cielo clara claro concepcion consuelo cordero corona cortes cruz cuesta delgado dolores "
    "domingo dulce encarnacion esperanza estrella fe feliz felicidad felicity fiel flor flores franco fuente fuentes gallo gracia "
    "gracias guerra guerrero hermosa herrera iglesias izquierdo leal leon libertad linda lobo luna luz mar marin marino mas mata mayo "
    "mayor mercedes milagros montes mora moreno nieto nieves norte pan pardo pascua pastor paz perla piedad pilar pino plata prado "
    "primo puente real remedios rey reyes rico rios rivera rocio rojas rojo roja rosario rubio sagrario salas salud salvador santa "
    "santo santos serrano sierra socorro sol solito solita poquito angelito cielito florecita soledad sur tierra toro torre torres "
    "valle vega vera verdad vida viento viva al el la de le mi ti si tu te se"
)
SPANISH = frozenset(_SPANISH.split())
"""Names (and short words that are names elsewhere) that are words in Spanish."""

_LATER = "april may june august march january summer winter spring autumn abril mayo junio agosto"
LATER = frozenset(_LATER.split())
"""Names that are a month or a season as well: after “in”, “since” and the like they are one."""

_PLACES = (
    "austin boston brooklyn carolina charlotte chester china dallas dakota denver devon florence florida georgia guadalupe houston "
    "india israel jackson jordan kent lincoln london madison mercedes milan orlando paris phoenix santiago savannah sydney trenton "
    "victoria virginia washington york zion barcelona valencia leon lourdes"
)
PLACES = frozenset(_PLACES.split())
"""Names that are a place as well: after “in”, “from” and the like they are one."""

WORDS_ALSO = ENGLISH | SPANISH | LATER
"""Names that count as a name only when they are written with a capital letter."""

_RARE = (
    "amy ben bob clara cruz dan dick drew ed gene jack jay jean jo kitty leo linda mike myrtle nick pat peter randy ray rob ruth "
    "sandy sue ted val victor victoria marino"
)
RARE = frozenset(_RARE.split())
"""Names that are words so rarely that a capital is enough, even at the beginning of a sentence."""

TELLS = (
    "said|says|told|tells|talked|talks|spoke|speaks|shared|shares|asked|asks|cried|cries|felt|feels|came|joined|mentioned|described|"
    "reported|listened|brought|laughed|explained|agreed|offered|thanked|wants|wanted|thinks|thought|arrived|remembered|hugged|admitted|"
    "disclosed|relapsed|drank|lives|lived|smiled|added|replied|answered|nodded|wept|"
    "dijo|cont[oó]|comparti[oó]|habl[oó]|llor[oó]|pregunt[oó]|lleg[oó]|cree|quiere|piensa|respondi[oó]|explic[oó]|recay[oó]|vive|bebi[oó]"
)
"""What people do and words seldom: after a name in small letters it lets us ask."""

DEEDS = f"{TELLS}|left|used|and (?:i|he|she|they)|who|whose|he|she"
"""What people do and words do not: at the beginning of a sentence it tells a name from a word."""

PRONOUNS = frozenset(["he", "she", "they", "you", "we", "it", "i", "who", "el", "se", "te", "le", "lo", "me", "nos"])
"""Words for people that are names elsewhere: at the beginning of a sentence they are words, whatever follows."""

_SMALL = (
    "al an as at be by de del do en es go if in is la las long los mas mi my no not of oh on or si so still su ti to true truly tu un up "
    "ya yo young us our his him her them its your"
)
NEVER_SMALL = PRONOUNS | frozenset(_SMALL.split())
"""Names that mean nobody in small letters: articles, prepositions, and what says how somebody does something."""

UNSURE = (WORDS_ALSO | NEVER_SMALL) - RARE
"""Names that may be a word where every word has a capital."""

BEFORE_WORDS = (
    "the|an?|my|your|his|her|our|their|its|this|these|those|one|another|other|every|each|some|any|"
    "el|las?|los?|un|una|mi|su|tu|nuestr[oa]|est[ea]|es[ea]|otr[oa]|cada|alg[uú]n|alguna|ning[uú]n|ninguna|del?|al"
)
"""Words before a noun, and seldom before somebody's name."""

BEFORE_TIMES = "in|since|until|till|by|of|from|this|last|next|early|late|mid|every|during|before|after|en|desde|hasta|de|este|esta|cada"
"""Words before a month or a season."""

BEFORE_PLACES = "in|to|from|near|at|of|around|through|via|en|a|de|desde|hasta|cerca de"
"""Words before a place."""

SAYINGS = (
    r"bill w\b",
    r"bill wilson\b",
    r"d(?:r|octo)r?\.? bob\b",
    r"bob smith\b",
    r"lois w\b",
    r"serenity prayer\b",
    r"oracion de la serenidad\b",
    r"saint francis\b",
    r"prayer of (?:st\.?|saint) \w+",
    r"big book\b",
    r"higher power\b",
    r"good friday\b",
    r"new year'?s? day\b",
    r"(?:mother|father|labor|memorial|independence|thanksgiving|christmas|valentine)'?s? day\b",
    r"art therapy\b",
    r"martial arts?\b",
    r"jean'?s\b",
    r"john doe\b",
)
"""Sayings of groups in which a name is not somebody's who is there: the founders, the prayers, the days."""
