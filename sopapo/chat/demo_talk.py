"""The conversation that `seed --demo` makes."""

PEOPLE = (("ana", "Ana Souza"), ("bia", "Bia Lima"), ("caio", "Caio Ferreira"), ("duda", "Duda Alves"))
ROOM = "Grupo de estudos: Cálculo I"
TALK = (
    ("ana", "Oi, gente! Criei este grupo pra gente estudar pra prova de Cálculo. 📚"),
    ("bia", "Boa ideia! A prova é na quinta mesmo?"),
    ("ana", "É, quinta às 10h, sala 204."),
    ("caio", "Alguém entendeu a regra da cadeia? Travei na lista 3."),
    ("bia", "Entendi sim! Deriva a de fora, deixa a de dentro quieta e multiplica pela derivada de dentro."),
    ("bia", "Exemplo: (3x + 1)² vira 2·(3x + 1)·3, ou seja, 6·(3x + 1)."),
    ("caio", "Aaah, agora fez sentido. Valeu, Bia! 🙌"),
    ("duda", "Cheguei! Bora marcar um encontro na biblioteca?"),
    ("ana", "Bora! Terça às 15h fica bom pra todo mundo?"),
    ("caio", "Pra mim fica ótimo."),
    ("bia", "Fechado. Levo o café. ☕"),
    ("duda", "E eu levo pão de queijo. 😋"),
)
