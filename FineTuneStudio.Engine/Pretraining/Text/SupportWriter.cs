namespace FineTuneStudio.Engine.Pretraining.Text;

/// <summary>Messages to help desks, and what can be asked about them: their topic, another wording, whether two are alike.</summary>
internal sealed class SupportWriter(Grammar grammar)
{
    private static readonly string[] Openers =
        ["hi", "hello", "hi there", "help", "please", "excuse me", "sorry", "good morning", "ok", "so", "well", "hey", "urgent", "question"];

    private static readonly string[] Closers =
        ["thanks", "thank you", "please help", "please", "can you help", "asap", "what now", "i am worried", "it is urgent", "let me know"];

    private static readonly string[] Separators = ["_", " ", "-", "."];

    private readonly List<Topic> _shop = [.. grammar.Topics.Where(topic => topic.Domain == "shop")];

    /// <summary>A conversation about one or more messages.</summary>
    public List<PretrainingMessage> Write(TextRandom random)
    {
        // A shop's desk more often than its share of topics: the smallest datasets that people try are of one.
        var topic = random.Pick(random.Chance(20) ? _shop : grammar.Topics);
        var message = Message(topic, random);
        return random.Below(20) switch
        {
            < 6 => AskTopic(topic, message, random),
            < 8 => [new("user", message), new("assistant", topic.Label)],
            < 12 => AskChoice(topic, message, random),
            < 16 => AskRewrite(topic, message, random),
            < 18 => AskSame(topic, message, random),
            _ => Reply(topic, message, random),
        };
    }

    /// <summary>One message on a topic, with the small differences of real writing.</summary>
    public string Message(Topic topic, TextRandom random)
    {
        var text = grammar.Expand(random.Pick(topic.Messages), random);
        if (random.Chance(12))
        {
            text = $"{random.Pick(Openers)}{(random.Chance(50) ? "," : "")} {text}";
        }

        if (random.Chance(15))
        {
            text = $"{text}{(random.Chance(50) ? "." : "")} {random.Pick(Closers)}";
        }

        text = random.Chance(20) ? text : text.Replace(" i ", " I ", StringComparison.Ordinal).Replace(" i'm ", " I'm ", StringComparison.Ordinal);
        text = random.Chance(20) ? text : char.ToUpperInvariant(text[0]) + text[1..];
        text = random.Chance(25) ? text.Replace("'", "", StringComparison.Ordinal) : text;
        return random.Below(10) switch
        {
            < 3 => text,
            < 6 => text + ".",
            < 9 => text + "?",
            _ => text + "!",
        };
    }

    private List<PretrainingMessage> AskTopic(Topic topic, string message, TextRandom random)
    {
        var question = grammar.Expand("ask_topic", random);
        List<PretrainingMessage> turns = random.Chance(50)
            ? [new("system", question), new("user", message)]
            : [new("user", random.Chance(50) ? $"{message}\n{question}" : $"{question}\n{message}")];

        // An intent is written as programs write names.
        var isName = question.Contains("intent", StringComparison.Ordinal);
        turns.Add(new("assistant", isName ? topic.Label.Replace(' ', '_') : topic.Label));
        return turns;
    }

    private List<PretrainingMessage> AskChoice(Topic topic, string message, TextRandom random)
    {
        var others = grammar.Topics.Where(other => other != topic && (other.Domain == topic.Domain || random.Chance(5))).ToList();
        var options = random.PickMany(others, random.Between(2, 6));
        options.Insert(random.Below(options.Count + 1), topic);

        // Labels as programs write them, so that an answer is copied from the question rather than remembered.
        var separator = random.Pick(Separators);
        string Written(Topic option) => option.Label.Replace(" ", separator, StringComparison.Ordinal);
        var question = grammar.Expand("ask_choice", random).Replace("%o", string.Join(", ", options.Select(Written)), StringComparison.Ordinal);
        List<PretrainingMessage> turns = random.Chance(50)
            ? [new("system", question), new("user", message)]
            : [new("user", $"{question}\n{message}")];
        turns.Add(new("assistant", Written(topic)));
        return turns;
    }

    private List<PretrainingMessage> AskRewrite(Topic topic, string message, TextRandom random)
        => [new("user", $"{grammar.Expand("ask_rewrite", random)}\n{message}"), new("assistant", Message(topic, random))];

    private List<PretrainingMessage> AskSame(Topic topic, string message, TextRandom random)
    {
        var same = random.Chance(50);
        var neighbours = grammar.Topics.Where(other => other != topic && other.Domain == topic.Domain).ToList();
        var other = same ? topic : random.Pick(neighbours);
        return
        [
            new("user", $"{grammar.Expand("ask_same", random)}\n1. {message}\n2. {Message(other, random)}"),
            new("assistant", same ? "Yes." : "No."),
        ];
    }

    private List<PretrainingMessage> Reply(Topic topic, string message, TextRandom random)
    {
        var system = grammar.Expand("system_plain", random).Replace("%d", topic.Domain, StringComparison.Ordinal);
        var reply = grammar.Expand("reply", random).Replace("%l", topic.Label, StringComparison.Ordinal);
        return [new("system", system), new("user", message), new("assistant", reply)];
    }
}
