"""Some texts of the roadmap in English, so that the demonstration shows both a translation and its absence."""

from commitments.models import Axis, Commitment, Roadmap

AMBITION = (
    "To bring together the national strategy for artificial intelligence and the regional plan 2022-2028, around "
    "applied research, training and the spread of AI among small and medium-sized enterprises, and to make "
    "Auvergne-Rhône-Alpes a region of reference in Europe."
)
AXES = {
    "pub-recherche-transfert": "Fostering research and speeding up its transfer",
    "pub-ecosysteme": "Bringing the regional ecosystem together and structuring the supply of AI",
    "pub-formation-culture": "Training, and spreading a culture of AI in companies and society",
    "pub-diffusion-tpe-pme": "Easing the spread and integration of AI in small enterprises",
    "research": "Applied research",
    "training": "Training",
    "sme-diffusion": "Spread of AI among small and medium-sized enterprises",
    "strategic-health": "Strategic projects: health",
    "strategic-energy": "Strategic projects: energy",
    "strategic-mobility": "Strategic projects: mobility",
    "strategic-industry": "Strategic projects: industry of the future",
    "trustworthy-ai": "Trustworthy AI for citizens",
}
COMMITMENTS = {
    "eng-01-articulation": "Aligning the strategies of the State and the Region on AI",
    "eng-02-visibilite": "Making the region’s AI stakeholders more visible in Europe and beyond",
    "eng-03-recherche-appliquee": "Supporting applied research in AI and speeding up technology transfer",
}


def translate(roadmap: Roadmap) -> None:
    Roadmap.objects.filter(pk=roadmap.pk).update(ambition_en=AMBITION)
    for code, title in AXES.items():
        Axis.objects.filter(roadmap=roadmap, code=code).update(title_en=title)
    for code, title in COMMITMENTS.items():
        Commitment.objects.filter(roadmap=roadmap, code=code).update(title_en=title)
