using System.Text.Encodings.Web;
using System.Text.Json;

namespace FineTuneStudio.Engine.Pretraining.Text;

/// <summary>The text a base model learns from: every document follows from the seed and its number.</summary>
internal sealed class PretrainingText
{
    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly long _seed;
    private readonly Grammar _grammar = Grammar.Load("words", "stories", "answers", "support");
    private readonly StoryWriter _stories;
    private readonly SupportWriter _support;
    private readonly ExerciseWriter _exercises;
    private readonly WordProblemWriter _problems;

    /// <summary>Prepares the writers.</summary>
    public PretrainingText(long seed)
    {
        _seed = seed;
        _stories = new(_grammar);
        _support = new(_grammar);
        _exercises = new(_grammar);
        _problems = new(_grammar);
    }

    /// <summary>One conversation.</summary>
    public IReadOnlyList<PretrainingMessage> Document(long number)
    {
        var random = new TextRandom(_seed, number);
        return random.Below(20) switch
        {
            < 11 => _support.Write(random),
            < 13 => _stories.Write(random),
            < 15 => Turns(random, 4, _exercises.Write),
            < 17 => Turns(random, 12, WordProblemWriter.Step),
            < 19 => Turns(random, 4, _problems.Write),
            _ => [new("user", _grammar.Expand("hello", random)), new("assistant", _grammar.Expand("hello_reply", random))],
        };
    }

    /// <summary>One conversation as a line of a dataset in chat format.</summary>
    public string Line(long number) => JsonSerializer.Serialize(new { Messages = Document(number) }, JsonOptions);

    private static List<PretrainingMessage> Turns(TextRandom random, int most, Func<TextRandom, (string Question, string Answer)> write)
    {
        var turns = new List<PretrainingMessage>();
        for (var count = random.Between(1, most); count > 0; count--)
        {
            var (question, answer) = write(random);
            turns.Add(new("user", question));
            turns.Add(new("assistant", answer));
        }

        return turns;
    }
}
