using System.Globalization;

namespace FineTuneStudio.Engine.Pretraining.Text;

/// <summary>Word problems of one or two steps: the steps as lines, then <c>#### result</c>.</summary>
internal sealed class WordProblemWriter(Grammar grammar)
{
    private const string ResultMark = "####";

    private static readonly string[] Goods =
        ["beads", "plums", "keys", "nails", "eggs", "buttons", "sweets", "balls", "lemons", "rings", "cups", "candles", "pears", "nuts", "tickets", "stones"];

    private static readonly string[] Vehicles = ["tram", "ferry", "lorry", "plane", "cable car"];

    /// <summary>A problem and its worked answer.</summary>
    public (string Question, string Answer) Write(TextRandom random)
    {
        var (name, friend, goods) = (grammar.Expand("name", random), grammar.Expand("name", random), random.Pick(Goods));
        return random.Below(13) switch
        {
            0 => Sum(random, name, goods),
            1 => Difference(random, name, friend, goods),
            2 => Ages(random, name, friend),
            3 => Product(random, name, goods),
            4 => PerDay(random, name, goods),
            5 => Shared(random, name, goods),
            6 => Cut(random, name),
            7 => Change(random, name, goods),
            8 => Passengers(random),
            9 => Herd(random),
            10 => Doubled(random, name, goods),
            11 => Together(random, name, friend, goods),
            _ => random.Chance(50) ? RowsTaken(random, name, goods) : Week(random, name),
        };
    }

    /// <summary>One step alone, asked as numbers.</summary>
    public static (string Question, string Answer) Step(TextRandom random)
    {
        var (left, sign, right) = random.Below(6) switch
        {
            < 2 => (random.Between(1, 60), '+', random.Between(1, 60)),
            < 4 => Descending(random.Between(1, 90), '-', random.Between(1, 60)),
            4 => (random.Between(2, 12), '*', random.Between(2, 30)),
            _ => Divided(random.Between(2, 12), random.Between(2, 20)),
        };
        return ($"{left} {sign} {right}", Line(left, sign, right));
    }

    private static (int Left, char Sign, int Right) Descending(int left, char sign, int right) => (Math.Max(left, right), sign, Math.Min(left, right));

    private static (int Left, char Sign, int Right) Divided(int divisor, int quotient) => (divisor * quotient, '/', divisor);

    private static int Result(int left, char sign, int right) => sign switch
    {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        _ => left / right,
    };

    private static string Line(int left, char sign, int right) => string.Create(CultureInfo.InvariantCulture, $"{left} {sign} {right} = {Result(left, sign, right)}");

    private static string Worked(params ReadOnlySpan<(int Left, char Sign, int Right)> steps)
    {
        var lines = new List<string>();
        foreach (var (left, sign, right) in steps)
        {
            lines.Add(Line(left, sign, right));
        }

        var (lastLeft, lastSign, lastRight) = steps[^1];
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"{ResultMark} {Result(lastLeft, lastSign, lastRight)}"));
        return string.Join('\n', lines);
    }

    private static (string Question, string Answer) Sum(TextRandom random, string name, string goods)
    {
        var (have, more) = (random.Between(2, 60), random.Between(2, 50));
        var question = random.Below(3) switch
        {
            0 => $"{name} has {have} {goods} and finds {more} more. How many {goods} does {name} have now?",
            1 => $"{name} owns {have} {goods}. Then {name} gets {more} more {goods}. How many {goods} is that?",
            _ => $"There are {have} {goods} in a bag and {more} in a box. How many {goods} are there in all?",
        };
        return (question, Worked((have, '+', more)));
    }

    private static (string Question, string Answer) Difference(TextRandom random, string name, string friend, string goods)
    {
        var have = random.Between(4, 60);
        var less = random.Between(1, have - 1);
        var question = random.Below(3) switch
        {
            0 => $"{name} has {have} {goods}. {name} gives {less} of them to {friend}. How many {goods} does {name} have left?",
            1 => $"{name} had {have} {goods} and lost {less} of them. How many {goods} are left?",
            _ => $"Of {have} {goods} {less} are sold. How many {goods} stay?",
        };
        return (question, Worked((have, '-', less)));
    }

    private static (string Question, string Answer) Ages(TextRandom random, string name, string friend)
    {
        var age = random.Between(6, 60);
        var years = random.Between(1, Math.Min(age - 1, 25));
        return random.Chance(60)
            ? ($"{name} is {age} years old. {friend} is {years} years younger than {name}. How old is {friend}?", Worked((age, '-', years)))
            : ($"{name} is {age} years old and {friend} is {years} years older. How old is {friend}?", Worked((age, '+', years)));
    }

    private static (string Question, string Answer) Product(TextRandom random, string name, string goods)
    {
        var (boxes, each) = (random.Between(2, 12), random.Between(2, 12));
        var question = random.Below(3) switch
        {
            0 => $"{name} has {boxes} boxes with {each} {goods} in each. How many {goods} are there in all?",
            1 => $"There are {boxes} bags and {each} {goods} in every bag. How many {goods} is that?",
            _ => $"{name} fills {boxes} jars with {each} {goods} each. How many {goods} are in the jars?",
        };
        return (question, Worked((boxes, '*', each)));
    }

    private static (string Question, string Answer) PerDay(TextRandom random, string name, string goods)
    {
        var (each, days) = (random.Between(2, 12), random.Between(2, 30));
        return random.Chance(50)
            ? ($"{name} reads {each} pages every day. How many pages does {name} read in {days} days?", Worked((each, '*', days)))
            : ($"{name} makes {each} {goods} a day. How many {goods} does {name} make in {days} days?", Worked((each, '*', days)));
    }

    private static (string Question, string Answer) Shared(TextRandom random, string name, string goods)
    {
        var (friends, each) = (random.Between(2, 12), random.Between(2, 30));
        return random.Chance(50)
            ? ($"{name} shares {friends * each} {goods} among {friends} children. How many {goods} does each child get?", Worked((friends * each, '/', friends)))
            : ($"{friends * each} {goods} are put equally into {friends} bags. How many {goods} are in each bag?", Worked((friends * each, '/', friends)));
    }

    private static (string Question, string Answer) Cut(TextRandom random, string name)
    {
        var (pieces, each) = (random.Between(2, 12), random.Between(2, 20));
        return random.Chance(50)
            ? ($"A wire is {pieces * each} metres long. {name} cuts it into {pieces} equal pieces. How long is one piece in metres?", Worked((pieces * each, '/', pieces)))
            : ($"{name} cuts a board of {pieces * each} metres into {pieces} equal pieces. How many metres long is each piece?", Worked((pieces * each, '/', pieces)));
    }

    private static (string Question, string Answer) Change(TextRandom random, string name, string goods)
    {
        var (count, price) = (random.Between(2, 9), random.Between(2, 9));
        var paid = (count * price) + random.Between(1, 30);
        return random.Chance(50)
            ? ($"One ticket costs {price} euros. {name} pays for {count} tickets with {paid} euros. How many euros come back?", Worked((count, '*', price), (paid, '-', count * price)))
            : ($"{name} buys {count} {goods} at {price} euros each and pays with {paid} euros. How many euros does {name} get back?", Worked((count, '*', price), (paid, '-', count * price)));
    }

    private static (string Question, string Answer) Passengers(TextRandom random)
    {
        var people = random.Between(5, 50);
        var (off, on) = (random.Between(1, people - 1), random.Between(1, 25));
        var vehicle = random.Pick(Vehicles);
        return random.Chance(60)
            ? ($"A {vehicle} carries {people} people. At a stop {off} people get off and {on} people get on. How many people are on board now?", Worked((people, '-', off), (people - off, '+', on)))
            : ($"{people} people sit in a {vehicle}. {off} get off and {on} get on. How many people sit there now?", Worked((people, '-', off), (people - off, '+', on)));
    }

    private static (string Question, string Answer) Herd(TextRandom random)
    {
        var (first, second) = (random.Between(2, 30), random.Between(2, 30));
        var gone = random.Between(1, first + second - 1);
        return random.Chance(60)
            ? ($"A farmer has {first} geese and {second} swans. {gone} of the birds are sold. How many birds are left?", Worked((first, '+', second), (first + second, '-', gone)))
            : ($"On a field are {first} cows and {second} goats. {gone} of the animals go home. How many animals are left?", Worked((first, '+', second), (first + second, '-', gone)));
    }

    private static (string Question, string Answer) Doubled(TextRandom random, string name, string goods)
    {
        var (first, times, word) = random.Chance(75) ? (random.Between(2, 40), 2, "twice") : (random.Between(2, 20), 3, "three times");
        return random.Chance(60)
            ? ($"{name} picks {first} {goods} on one day and {word} as many on the next. How many {goods} does {name} pick in both days?", Worked((times, '*', first), (first, '+', times * first)))
            : ($"{name} sells {first} {goods} in the morning and {word} as many in the evening. How many {goods} is that in all?", Worked((times, '*', first), (first, '+', times * first)));
    }

    private static (string Question, string Answer) Together(TextRandom random, string name, string friend, string goods)
    {
        var (first, more) = (random.Between(2, 40), random.Between(1, 20));
        return random.Chance(60)
            ? ($"{name} has {first} {goods}. {friend} has {more} {goods} more than {name}. How many {goods} do both have together?", Worked((first, '+', more), (first, '+', first + more)))
            : ($"{friend} has {more} more {goods} than {name}, who has {first}. How many {goods} do they have in all?", Worked((first, '+', more), (first, '+', first + more)));
    }

    private static (string Question, string Answer) RowsTaken(TextRandom random, string name, string goods)
    {
        var (rows, each) = (random.Between(2, 9), random.Between(2, 12));
        var taken = random.Between(1, (rows * each) - 1);
        return ($"On a table are {rows} rows of {each} {goods}. {name} takes {taken} of them. How many {goods} stay on the table?", Worked((rows, '*', each), (rows * each, '-', taken)));
    }

    private static (string Question, string Answer) Week(TextRandom random, string name)
    {
        var (daily, extra) = (random.Between(2, 12), random.Between(2, 30));
        return ($"{name} walks {daily} kilometres each day and on Saturday {extra} kilometres more. How many kilometres is that in a week?", Worked((7, '*', daily), (7 * daily, '+', extra)));
    }
}
