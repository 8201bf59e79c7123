"""Say by which other names somebody is called: short forms, and the diminutives of Spanish."""

import re
from collections.abc import Iterator

TABLE = """
alberto: beto, tito | alejandra: ale, sandra, jandra | alejandro: ale, alex, jandro | alexander: alex, alec, sasha, xander
alexandra: alex, sandra, sasha, lexi | alfredo: fredo, fred | alicia: licha, ali | amanda: mandy | andrea: andi, andy
andrew: andy, drew | anthony: tony, ant | antonia: tonia, toni | antonio: tono, tony | arthur: art, artie
barbara: barb, barbie, babs | beatriz: bety, betty, bea | benjamin: ben, benji, benny, benja | benedict: ben, benny
bernardo: nardo | bradley: brad | candace: candy | carlos: charlie, carlitos | carolina: caro | caroline: carrie, caro
catherine: cathy, cate, cat, katie, kate, kitty | cecilia: ceci, chila | charles: charlie, chuck, chas | charlotte: charlie, lottie
christian: chris | christina: chris, chrissy, tina | christine: chris, chrissy, tina | christopher: chris, topher, kit
concepcion: concha, conchita, conchi | consuelo: chelo | cristina: cris, tina | cynthia: cindy | daniel: dan, danny, dani
daniela: dani | david: dave, davey | deborah: deb, debbie | debra: deb, debbie | diego: dieguito | dolores: lola, loli, lolita
donald: don, donnie | dorothy: dot, dottie | douglas: doug | edgar: ed | eduardo: lalo, eddie, edu
edward: ed, eddie, ted, ned, teddy | elizabeth: liz, beth, lizzie, betty, eliza, betsy, libby, lisa | emilia: emi, mila
emily: em, emmy | enrique: quique, kike, rick | ernesto: neto | esperanza: lancha, espe | eugene: gene | federico: fede, lico
felipe: pipe | fernanda: fer | fernando: fer, nando | frances: fran, frannie | francis: frank, fran
francisca: paca, pancha, paquita | francisco: paco, pancho, frank, kiko, cisco, paquito, panchito | frederick: fred, freddy, rick
gabriel: gabe, gabo | gabriela: gabi, gaby | gabriella: gabi, gaby, ella | gerald: gerry, jerry | gerardo: gera | graciela: chela
gregorio: goyo | gregory: greg | guadalupe: lupe, lupita, pita, lupillo | guillermo: memo, guille, willy | gustavo: gus, tavo
harold: harry, hal | hector: tito | henry: hank, harry | humberto: beto | ignacio: nacho, iggy | isabel: isa, chabela, bela
isabella: izzy, bella, isa | jacob: jake | jacqueline: jackie | james: jim, jimmy, jamie, jem | janet: jan | jason: jay, jase
javier: javi, xavi | jeffrey: jeff | jennifer: jen, jenny, jenn | jessica: jess, jessie | jesus: chuy, chucho, chus | joan: joanie
joaquin: quino | john: johnny, jack, jon | jonathan: jon, jonny, nathan | jorge: coque, george
jose: pepe, chepe, pepito, joe, joey, cheo | josefina: pepa, fina, chepa, josie | joseph: joe, joey, jo | josephine: josie, jo
joshua: josh | juan: juancho, john, juanito | juana: juanita | juliana: julie, juli | katherine: kate, katie, kathy, kat, kitty
kathleen: kathy, kate, katie | kenneth: ken, kenny | kimberly: kim, kimmy | laura: lauri, laurita | lawrence: larry
leonard: len, lenny, leo | leonardo: leo, nardo | lawanda: wanda | lorenzo: lencho | lourdes: lulu | lucia: lucy, luci
luis: lucho, louie, guicho | luisa: lulu | magdalena: magda, lena, malena | manuel: manolo, manny, meno | manuela: manoli
margaret: maggie, meg, peggy, margie, greta, marge | margarita: marga, rita, margo, mago | maria: mari, mary, mariquita, maruja
martha: marty | matthew: matt, matty | maximiliano: max | maximilian: max | mercedes: meche, merche, merchi
michael: mike, mikey, mick, mickey | michelle: shelly, mich, chelle | miguel: mike, miguelito | monica: moni | nancy: nan
natalia: nati, naty, talia | nathaniel: nate, nat, nathan | nicholas: nick, nicky | nicolas: nico | nicole: nicky, nikki
octavio: tavo | oscar: osc | pamela: pam | patricia: pat, patty, pati, paty, trish, tricia | patrick: pat, paddy, rick
pedro: perico, pete, pedrito | peter: pete, petey | philip: phil, pip | phillip: phil | pilar: pili | rafael: rafa, rafi, ralph
ramon: moncho, mon | raymond: ray | rebecca: becky, becca | refugio: cuca, cuco | ricardo: richie, rica, cardo, rick
richard: rick, rich, dick, richie, ricky, rico | robert: bob, rob, bobby, robbie, bert | roberta: bobbie, robbie
roberto: beto, bob, rober | rodolfo: rudy, fito | rodrigo: rodri, rigo | ronald: ron, ronnie | rosario: charo, chayo
rosalia: rosa, lia | samantha: sam, sammy | samuel: sam, sammy, samu | santiago: santi, chago, diego | sandra: sandy
sebastian: seb, seba, bastian | sergio: checo, checho | sofia: sofi | soledad: sole, chole | stephanie: steph, stephie
stephen: steve, stevie | steven: steve, stevie | susan: sue, susie, suzy | susana: susi | teresa: tere, teri, resi
theodore: ted, teddy, theo | thomas: tom, tommy | timothy: tim, timmy | valeria: vale | vanessa: nessa
veronica: vero, ronnie, nica | vicente: chente, vince | victoria: vicky, tori, vicki | vincent: vince, vinny, vin
virginia: ginny, ginger, vicky | walter: walt, wally | william: bill, will, billy, liam, willy, willie | yolanda: yoli
zachary: zach, zack
"""
"""Given names and what people who bear them are called. From common knowledge (M): it finds what is usual, not everything."""

NICKNAMES: dict[str, tuple[str, ...]] = {
    given.strip(): tuple(nick.strip() for nick in nicks.split(","))
    for given, nicks in (entry.split(":") for line in TABLE.strip().splitlines() for entry in line.split("|"))
}

LEAST = 3
"""Letters that a name has at least before it grows a diminutive."""


def nicknames_of(plain: str) -> Iterator[str]:
    """Return the short forms and diminutives of a given name that is written without accents."""
    name = plain.lower()
    usual = NICKNAMES.get(name, ())
    for nick in (*usual, *_diminutives(name)):
        yield nick.capitalize()


def _diminutives(name: str) -> Iterator[str]:
    """Return what -ito and -ita make of a name: Rosita, Carlitos, Dieguito, Luquitas, Carmencita."""
    match = re.fullmatch(r"([a-z]{2,}?)([aeo]?)(s?)", name)
    if match is None or len(name) < LEAST:
        return
    stem, vowel, plural = match.groups()
    if not vowel:
        stem, plural = stem + plural, ""
    soft = {"c": stem[:-1] + "qu", "g": stem + "u", "z": stem[:-1] + "c"}.get(stem[-1], stem) if vowel in ("a", "o") else stem
    for end in {"a": "a", "o": "o"}.get(vowel, "ao"):
        yield f"{soft}it{end}{plural}"
        if stem[-1] in "nr" and not vowel:
            yield f"{stem}cit{end}"
