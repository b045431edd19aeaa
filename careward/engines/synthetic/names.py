"""Given and family names by the communities of England, so that combinations are invented and repeats come of themselves."""

import random
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Community:
    share: int  # parts in a hundred, after the 2021 census, rounded
    women: tuple[str, ...]
    men: tuple[str, ...]
    last: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


BRITISH = Community(
    66,
    _words(
        "Margaret Susan Christine Patricia Linda Karen Julie Alison Helen Jacqueline Deborah Sharon Tracey Michelle Nicola Sarah "
        "Claire Emma Joanne Lisa Rachel Rebecca Laura Gemma Kelly Victoria Kate Hannah Amy Charlotte Jessica Sophie Lauren Chloë "
        "Megan Bethany Olivia Emily Grace Holly Lucy Abigail Eleanor Alice Ruby Isla Poppy Florence Rosie Zoë Heather Fiona "
        "Catherine Janet Gillian Wendy Lorraine Maureen Beverley Dawn Paula Angela Carol"
    ),
    _words(
        "David John Michael Peter Robert Paul Andrew Stephen Christopher Mark Richard Ian Kevin Anthony Simon Gary Martin Neil "
        "Alan Graham Philip Stuart James Matthew Daniel Thomas Jonathan Benjamin Adam Luke Ryan Craig Lee Samuel Joseph Jack "
        "Callum Liam Jake Harry George Oliver Charlie Alfie Edward William Henry Alexander Nathan Jordan Kieran Dean Darren Wayne "
        "Keith Trevor Nigel Barry Colin Derek Geoffrey Malcolm"
    ),
    _words(
        "Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts Green Hall "
        "Wood Jackson Clarke Harrison Turner Hill Cooper Ward Moore Morris King Watson Baker Harris Morgan Allen James Scott "
        "Phillips Bennett Cook Parker Young Bailey Carter Richardson Shaw Bell Collins Cox Mitchell Marshall Webb Simpson Ellis "
        "Adams Rogers Stevens Foster Gray Holmes Mills Palmer Barnes Knight Lloyd Butler Russell Fisher Barker Stone Dixon Hunt "
        "Reynolds Pearson Harvey Fletcher Matthews Howard Graham Atkinson Dawson Hudson Ford Burton Wells Brooks Lawson Nicholson "
        "Walsh Spencer Armstrong Hewitt Bradley Sutton Hargreaves Ashworth Ogden Sykes Metcalfe Thackray Pickering Braithwaite "
        "Sowerby Hepworth Wainwright Oldroyd Birkett Postlethwaite Ramsden Crowther Priestley Haigh Kershaw Barraclough Dobson "
        "Robson Charlton Milburn Elliott Forster Heslop Stobbs Raine Coates Hutchinson Wilkinson Sanderson Hodgson Jefferson "
        "Emmerson Appleby Lowther Tunstall Penrose Trelawney Pascoe Tregenza Fairfax-Lowe Hart-Sanders O'Grady"
    ),
)
SOUTH_ASIAN = Community(
    11,
    _words(
        "Aisha Fatima Zainab Maryam Sana Nadia Samina Shazia Rukhsana Farah Hina Saima Bushra Priya Anjali Sunita Meena Kavita "
        "Deepa Neha Pooja Anita Rekha Lakshmi Divya Harpreet Jasleen Simran Manpreet Gurpreet Nasreen Shahida Tahmina Rumana "
        "Sultana Nusrat Ayesha Kiran Seema Shreya Ishita Rina"
    ),
    _words(
        "Mohammed Ahmed Imran Adnan Bilal Usman Hamza Tariq Asif Kashif Zubair Faisal Rashid Waqas Raj Sanjay Vijay Anil Rakesh "
        "Amit Rahul Arjun Nikhil Suresh Ravi Karthik Harjit Gurdeep Baljit Jaspal Amandeep Abdul Shahid Rafiq Kamal Mizanur "
        "Shafiq Anwar Hassan Yusuf Ibrahim Omar"
    ),
    _words(
        "Khan Hussain Ahmed Ali Iqbal Mahmood Akhtar Malik Sheikh Mirza Chaudhry Bashir Rafiq Patel Shah Mehta Desai Joshi Sharma "
        "Gupta Kumar Verma Reddy Nair Pillai Menon Thomas Mathew Varghese Singh Kaur Gill Sandhu Dhillon Bains Sidhu Begum Miah "
        "Uddin Rahman Islam Chowdhury Hoque Perera Fernando Silva"
    ),
)
BLACK = Community(
    7,
    _words(
        "Adaeze Ngozi Chioma Folasade Yetunde Abimbola Funmilayo Temitope Blessing Patience Mercy Gloria Precious Comfort Abena "
        "Akosua Efua Ama Esi Tendai Rutendo Chipo Nyasha Thandiwe Nomsa Wanjiru Achieng Marcia Yvonne Paulette Shanice Keisha "
        "Monique Shereen Althea Candice Simone Latoya Amina Hodan Sahra"
    ),
    _words(
        "Chukwuemeka Obinna Emeka Tunde Babatunde Olumide Segun Femi Ayodele Kwame Kofi Kojo Yaw Kwabena Tafadzwa Tinashe Farai "
        "Simba Themba Kamau Otieno Winston Leroy Errol Delroy Marlon Curtis Jermaine Tyrone Andre Dwayne Emmanuel Samuel Isaac "
        "Abdi Mohamud Yusuf"
    ),
    _words(
        "Okafor Adeyemi Okonkwo Eze Nwosu Adebayo Balogun Ogunleye Akinwale Obi Mensah Owusu Boateng Asante Osei Agyemang Appiah "
        "Moyo Ncube Sibanda Dube Chikwanha Mutasa Kariuki Odhiambo Campbell Grant Francis Gordon Lewis Bailey Clarke Henry Joseph "
        "Charles Alexander Warsame Hassan Abdi Farah Kamara Sesay Conteh"
    ),
)
EUROPEAN = Community(
    7,
    _words(
        "Agnieszka Katarzyna Małgorzata Magdalena Joanna Anna Ewa Monika Karolina Natalia Elena Ioana Andreea Mihaela Cristina "
        "Roxana Maria Sofia Giulia Francesca Carmen Lucía Ana Inês Beatriz Catarina Rasa Ieva Daiva Zuzana Eszter Ágnes Ivana "
        "Desislava Eleni Aoife Siobhán Niamh Orla Gráinne Sinéad"
    ),
    _words(
        "Piotr Krzysztof Tomasz Paweł Marcin Michał Jakub Wojciech Andrzej Andrei Alexandru Mihai Ionuț Bogdan Cristian Marco "
        "Luca Antonio Javier Carlos João Tiago Rui Tomas Mindaugas Darius Pavel Gábor László Ivan Georgi Nikolaos Conor Ciarán "
        "Declan Eoin Fergal Padraig Brendan"
    ),
    _words(
        "Nowak Kowalski Wiśniewska Wójcik Kamiński Lewandowska Zieliński Szymańska Popescu Ionescu Popa Dumitru Stan Radu Rossi "
        "Russo Ferrari García Fernández López Martínez Silva Santos Ferreira Pereira Costa Kazlauskas Petrauskas Novák Horváth "
        "Nagy Szabó Dimitrov Ivanova Papadopoulos Murphy Kelly O'Sullivan Byrne O'Connor Doyle McCarthy Gallagher Doherty Kennedy "
        "Lynch Brennan Quinn"
    ),
)
EAST_ASIAN = Community(
    5,
    _words(
        "Maricel Rowena Jocelyn Analyn Rosalie Cherry Lourdes Maria Divina Imelda Mei Ling Xiu Yan Jing Li-Hua Wai-Ling Suk-Yee "
        "Ka-Yan Hui Thuy Linh Lan Mai Yuki Naomi Siti Nurul Aisyah"
    ),
    _words(
        "Ramil Jerome Reynaldo Rodel Arnel Jomar Ferdinand Edwin Wei Jun Ming Hao Chi-Wai Kwok-Keung Siu-Ming Tao Minh Duc Quang "
        "Hiroshi Kenji Hafiz Azlan Farid"
    ),
    _words(
        "Santos Reyes Cruz Bautista Ocampo Garcia Mendoza Torres Villanueva Ramos Castillo Dela-Cruz Wong Chan Cheung Lau Leung "
        "Ho Lam Ng Chen Wang Zhang Liu Li Tran Nguyen Pham Le Tanaka Sato Rahman Ismail Tan Lim Lee"
    ),
)
OTHER = Community(
    4,
    _words(
        "Leila Shirin Nasrin Maryam Zahra Parisa Noor Layla Rania Hala Dina Yasmin Ayşe Elif Zeynep Emine Fatma Rojin Berfin "
        "Shahad Lina Tamar Rivka Miriam Shira Camila Valentina Daniela Gabriela Tala"
    ),
    _words(
        "Reza Ali Mehdi Hossein Farhad Omid Karim Khaled Tarek Samir Hadi Walid Mehmet Mustafa Emre Murat Serkan Baran Azad Yosef "
        "Avi Moshe Daniel Diego Mateo Felipe Rafael Tariq Jamal Nabil"
    ),
    _words(
        "Hosseini Ahmadi Karimi Rezaei Moradi Jafari Haddad Khoury Mansour Saleh Nasser Aziz Ibrahim Yılmaz Kaya Demir Çelik "
        "Şahin Aydın Öztürk Cohen Levy Friedman Goldberg Katz Gonzalez Rodriguez Oliveira Souza Barzani"
    ),
)
COMMUNITIES = (BRITISH, SOUTH_ASIAN, BLACK, EUROPEAN, EAST_ASIAN, OTHER)
SHARES = tuple(c.share for c in COMMUNITIES)
PLAIN = str.maketrans({"ł": "l", "Ł": "L", "ı": "i", "ø": "o", "'": "", "-": "", " ": ""})


def pick(rng: random.Random, woman: bool) -> tuple[str, str]:
    """A given and a family name, mostly of one community, sometimes of two."""
    home = rng.choices(COMMUNITIES, SHARES)[0]
    wed = rng.choices(COMMUNITIES, SHARES)[0] if rng.random() < 0.08 else home
    return rng.choice(home.women if woman else home.men), rng.choice(wed.last)


def ascii_of(name: str) -> str:
    """A name in the plain small letters that addresses and user names are made of."""
    folded = unicodedata.normalize("NFKD", name.translate(PLAIN))
    return folded.encode("ascii", "ignore").decode().lower()
