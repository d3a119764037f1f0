using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Generation;

/// <summary>A prompt to be answered.</summary>
/// <param name="Prompt">Token ids, at least one. <c>[T]</c></param>
/// <param name="Options">How tokens are chosen, and how many at most.</param>
public sealed record TokenRequest(int[] Prompt, SamplingOptions Options)
{
    /// <summary>How many answers; the prompt passes through the network once for all of them.</summary>
    public int Answers { get; init; } = 1;

    /// <summary>Whether answers shall tell which experts their tokens went to.</summary>
    public bool RecordsRouting { get; init; }

    /// <summary>Who goes on after each turn of an answer, by the answer's index; <see langword="null"/> where an answer is one turn.</summary>
    public Func<int, ITurnTaker>? Turns { get; init; }

    /// <summary>Most tokens of an answer with all its turns and what stands between them; <see langword="null"/> takes those of one turn.</summary>
    public int? MostTokens { get; init; }

    /// <summary>Tokens behind the prompt that there must be room for.</summary>
    internal int Room => MostTokens ?? Options.MaxTokens;

    /// <summary>Which random stream of the seed; <see langword="null"/> takes the request's place in the list.</summary>
    public long? Stream { get; init; }
}
