using System.Text;

namespace FineTuneStudio.Engine.Pretraining.Text;

/// <summary>Phrases with choices: <c>(a|b)</c> takes one, <c>[a|b]</c> takes one or nothing, <c>{rule}</c> takes a line of a rule.</summary>
/// <remarks>
/// A file holds rules (<c>:name</c>, then its lines) and topics (<c>@domain/label</c>, then ways to say it); <c>#</c> begins a comment.
/// </remarks>
internal sealed class Grammar
{
    private readonly Dictionary<string, List<Phrase>> _rules = [];

    /// <summary>What messages can be about, in file order.</summary>
    public List<Topic> Topics { get; } = [];

    /// <summary>Reads the project's own grammars, which lie in the assembly.</summary>
    public static Grammar Load(params ReadOnlySpan<string> names)
    {
        var grammar = new Grammar();
        foreach (var name in names)
        {
            var resource = $"{typeof(Grammar).Namespace![..^5]}.Grammars.{name}.grammar";
            using var stream = typeof(Grammar).Assembly.GetManifestResourceStream(resource)
                ?? throw new InvalidOperationException($"The assembly holds no {resource}.");
            using var reader = new StreamReader(stream, Encoding.UTF8);
            grammar.Read(reader.ReadToEnd().Split('\n'));
        }

        return grammar;
    }

    /// <summary>One line of a rule, with all choices made.</summary>
    public string Expand(string rule, TextRandom random)
        => _rules.TryGetValue(rule, out var lines)
            ? Expand(random.Pick(lines), random)
            : throw new InvalidOperationException($"No rule is called '{rule}'.");

    /// <summary>A phrase with all choices made and its spaces in order.</summary>
    public string Expand(Phrase phrase, TextRandom random)
    {
        var text = new StringBuilder();
        Append(phrase, random, text);
        return Tidy(text);
    }

    private static string Tidy(StringBuilder text)
    {
        var tidy = new StringBuilder(text.Length);
        foreach (var character in text.ToString())
        {
            if (character is ' ' && (tidy.Length == 0 || tidy[^1] == ' '))
            {
                continue;
            }

            if (character is '.' or ',' or '?' or '!' && tidy.Length > 0 && tidy[^1] == ' ')
            {
                tidy.Length--;
            }

            tidy.Append(character);
        }

        return tidy.ToString().TrimEnd();
    }

    private void Append(Phrase phrase, TextRandom random, StringBuilder text)
    {
        switch (phrase)
        {
            case Phrase.Literal literal:
                text.Append(literal.Text);
                break;
            case Phrase.Rule rule:
                Append(random.Pick(_rules.TryGetValue(rule.Name, out var lines)
                    ? lines
                    : throw new InvalidOperationException($"No rule is called '{rule.Name}'.")), random, text);
                break;
            case Phrase.Choice choice:
                Append(random.Pick(choice.Options), random, text);
                break;
            case Phrase.Sequence sequence:
                foreach (var part in sequence.Parts)
                {
                    Append(part, random, text);
                }

                break;
        }
    }

    private void Read(string[] lines)
    {
        List<Phrase>? current = null;
        foreach (var line in lines.Select(line => line.TrimEnd('\r', ' ')))
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line[0] == ':')
            {
                _rules[line[1..]] = current = [];
            }
            else if (line[0] == '@')
            {
                var slash = line.IndexOf('/', StringComparison.Ordinal);
                var topic = new Topic(line[1..slash], line[(slash + 1)..], []);
                Topics.Add(topic);
                current = topic.Messages;
            }
            else
            {
                (current ?? throw new InvalidOperationException($"No rule or topic stands above '{line}'.")).Add(PhraseParser.Parse(line));
            }
        }
    }
}
