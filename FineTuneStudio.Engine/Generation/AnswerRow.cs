using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Experts;

namespace FineTuneStudio.Engine.Generation;

/// <summary>An answer while it is being generated.</summary>
internal sealed class AnswerRow
{
    private readonly List<int> _ids = [];
    private readonly List<float> _logProbabilities = [];
    private readonly List<float> _plainLogProbabilities = [];
    private readonly List<RoutingRecord> _routing = [];
    private readonly int[] _prompt;
    private readonly IReadOnlySet<int> _stopIds;
    private readonly StopWatch? _stops;

    public AnswerRow(TokenRequest request, int requestIndex, int answerIndex, IReadOnlySet<int> stopIds, StopWatch? stops)
    {
        Options = request.Options;
        RequestIndex = requestIndex;
        AnswerIndex = answerIndex;
        Key = Mix(Mix(Mix(Options.Seed) + (request.Stream ?? requestIndex)) + answerIndex);
        RecordsRouting = request.RecordsRouting;
        _prompt = request.Prompt;
        _stopIds = stopIds;
        _stops = stops;
    }

    public SamplingOptions Options { get; }

    public int RequestIndex { get; }

    public int AnswerIndex { get; }

    /// <summary>Whether it keeps which experts its tokens went to.</summary>
    public bool RecordsRouting { get; }

    /// <summary>The answer's own random stream: what it draws does not depend on its neighbours.</summary>
    public long Key { get; }

    public int Slot { get; set; }

    /// <summary>Tokens chosen so far; the place in the random stream.</summary>
    public int Count => _ids.Count;

    public int LastId => _ids[^1];

    /// <summary>Tokens before the last chosen one: its place in the sequence.</summary>
    public int Position => _prompt.Length + Count - 1;

    /// <summary>Prompt and answer so far.</summary>
    public int[] Sequence => [.. _prompt, .. _ids];

    public AnswerEnd? End { get; private set; }

    public void Add(int id, float logProbability, float plainLogProbability)
    {
        _ids.Add(id);
        _logProbabilities.Add(logProbability);
        _plainLogProbabilities.Add(plainLogProbability);
        var isLast = Count >= Options.MaxTokens;
        End = _stopIds.Contains(id) ? AnswerEnd.Stop
            : _stops?.Push(id, isLast) == true ? AnswerEnd.StopText
            : isLast ? AnswerEnd.Length : null;
    }

    /// <summary>Keeps where the last tokens of its sequence went, where it shall; of those that passed through the network before it has a record already.</summary>
    /// <param name="routing">Of one token, or of the whole sequence.</param>
    public void Keep(RoutingRecord routing)
    {
        if (RecordsRouting)
        {
            var fresh = Count == 0 ? routing.Tokens : 1;
            _routing.Add(routing.Slice(routing.Tokens - fresh, fresh));
        }
    }

    public TokenAnswer ToAnswer() => new([.. _ids], [.. _logProbabilities], [.. _plainLogProbabilities], End!.Value)
    {
        TextLength = End == AnswerEnd.StopText ? _stops!.Length : null,
        Routing = _routing.Count == 0 ? null : RoutingRecord.Join(_routing),
    };

    // SplitMix64's finaliser (Steele et al. 2014): neighbouring numbers become unrelated keys.
    private static long Mix(long value)
    {
        unchecked
        {
            var bits = (ulong)value + 0x9E3779B97F4A7C15UL;
            bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9UL;
            bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBUL;
            return (long)(bits ^ (bits >> 31));
        }
    }
}
