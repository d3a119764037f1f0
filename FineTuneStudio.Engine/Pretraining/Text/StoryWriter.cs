using System.Text;

namespace FineTuneStudio.Engine.Pretraining.Text;

/// <summary>Short stories with fixed heroes, and questions about them.</summary>
internal sealed class StoryWriter(Grammar grammar)
{
    /// <summary>A conversation: a story is asked for, or told and asked about.</summary>
    public List<PretrainingMessage> Write(TextRandom random)
    {
        var cast = new Cast(grammar, random);
        if (random.Chance(50))
        {
            var wish = random.Below(4) switch
            {
                0 => $"Tell me a story about {cast.Hero} and a {cast.Thing}.",
                1 => $"Write a short story with a {cast.Animal}.",
                2 => $"Please tell a story that happens at the {cast.Place}.",
                _ => "Tell me a story.",
            };
            return [new("user", wish), new("assistant", Story(cast, random, random.Between(2, 7)))];
        }

        return random.Chance(50) ? Reading(cast, random) : Facts(random);
    }

    private static string Fill(string text, Cast cast)
        => text.Replace("%a", cast.Hero, StringComparison.Ordinal).Replace("%b", cast.Other, StringComparison.Ordinal)
            .Replace("%p", cast.Place, StringComparison.Ordinal).Replace("%t", cast.Thing, StringComparison.Ordinal)
            .Replace("%n", cast.Animal, StringComparison.Ordinal);

    private List<PretrainingMessage> Reading(Cast cast, TextRandom random)
    {
        var story = $"{cast.Hero} {grammar.Expand("went", random)} the {cast.Place} with a {cast.Animal} and found a {cast.Colour} {cast.Thing}. "
            + Story(cast, random, random.Between(0, 2));
        var (question, answer) = random.Below(5) switch
        {
            0 => ("Who is the story about?", cast.Hero),
            1 => ($"Where did {cast.Hero} go first?", $"To the {cast.Place}."),
            2 => ($"What did {cast.Hero} find?", $"A {cast.Colour} {cast.Thing}."),
            3 => ("Which animal came along?", $"A {cast.Animal}."),
            _ => ($"What colour was the {cast.Thing}?", cast.Colour),
        };
        return [new("user", $"{story}\n{question}"), new("assistant", answer)];
    }

    private List<PretrainingMessage> Facts(TextRandom random)
    {
        var facts = new StringBuilder();
        for (var count = random.Between(3, 9); count > 0; count--)
        {
            facts.Append(grammar.Expand("fact", random)).Append(' ');
        }

        return [new("user", "Write some sentences."), new("assistant", facts.ToString().TrimEnd())];
    }

    private string Story(Cast cast, TextRandom random, int sentences)
    {
        var story = new StringBuilder(Fill(grammar.Expand("opening", random), cast));
        for (var count = 0; count < sentences; count++)
        {
            story.Append(' ').Append(Fill(grammar.Expand("middle", random), cast));
        }

        return story.Append(' ').Append(Fill(grammar.Expand("ending", random), cast)).ToString();
    }

    private sealed class Cast(Grammar grammar, TextRandom random)
    {
        public string Hero { get; } = grammar.Expand("name", random);

        public string Other { get; } = grammar.Expand("name", random);

        public string Place { get; } = grammar.Expand("place", random);

        public string Thing { get; } = grammar.Expand("thing", random);

        public string Animal { get; } = grammar.Expand("animal", random);

        public string Colour { get; } = grammar.Expand("colour", random);
    }
}
