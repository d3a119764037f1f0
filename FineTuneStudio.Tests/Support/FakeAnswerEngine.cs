using FineTuneStudio.Application.Answers;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Tests.Support;

/// <summary>An engine that says how many turns it was given, word by word; the test lets it go on.</summary>
internal sealed class FakeAnswerEngine : IAnswerEngine, IDisposable
{
    private readonly SemaphoreSlim _allowed = new(0);

    /// <summary>Options of each question.</summary>
    public List<SamplingOptions> Asked { get; } = [];

    /// <summary>What its answers call.</summary>
    public ParsedAnswer? Parsed { get; set; }

    /// <summary>Lets it say so many words more.</summary>
    public void Allow(int words) => _allowed.Release(words);

    public void Answer(IReadOnlyList<AnswerSide> sides, SamplingOptions options, int? threads, Action<AnswerPiece> report, CancellationToken cancellationToken)
    {
        Asked.Add(options);
        for (var side = 0; side < sides.Count; side++)
        {
            string[] words = [$"side{side}", $"heard{sides[side].Conversation.Messages.GetArrayLength()}", "turns"];
            for (var word = 0; word < words.Length; word++)
            {
                _allowed.Wait(cancellationToken);
                report(new AnswerPiece(side, words[word] + " ", word + 1, 0.1 * (word + 1), Ended: false));
            }

            report(new AnswerPiece(side, "", words.Length, 0.3, Ended: true) { Parsed = Parsed });
        }
    }

    public void Dispose() => _allowed.Dispose();
}
