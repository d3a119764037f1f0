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
    private readonly Func<StopWatch?> _watch;
    private readonly int _room;
    private readonly ITurnTaker? _turns;
    private readonly List<bool> _given = [];
    private StopWatch? _stops;
    private int[] _next = [];
    private int _taken;
    private int _turnStart;
    private bool _isOver;

    public AnswerRow(TokenRequest request, int requestIndex, int answerIndex, IReadOnlySet<int> stopIds, Func<StopWatch?> watch)
    {
        Options = request.Options;
        RequestIndex = requestIndex;
        AnswerIndex = answerIndex;
        Key = Mix(Mix(Mix(Options.Seed) + (request.Stream ?? requestIndex)) + answerIndex);
        RecordsRouting = request.RecordsRouting;
        _prompt = request.Prompt;
        _stopIds = stopIds;
        _watch = watch;
        _stops = watch();
        _room = request.Room;
        _turns = request.Turns?.Invoke(answerIndex);
    }

    public SamplingOptions Options { get; }

    public int RequestIndex { get; }

    public int AnswerIndex { get; }

    /// <summary>Whether it keeps which experts its tokens went to.</summary>
    public bool RecordsRouting { get; }

    /// <summary>The answer's own random stream: what it draws does not depend on its neighbours.</summary>
    public long Key { get; }

    public int Slot { get; set; }

    /// <summary>Tokens chosen and given so far; the place in the random stream.</summary>
    public int Count => _ids.Count;

    public int LastId => _ids[^1];

    /// <summary>Tokens before the last chosen one: its place in the sequence.</summary>
    public int Position => _prompt.Length + Count - 1;

    /// <summary>Prompt and answer so far.</summary>
    public int[] Sequence => [.. _prompt, .. _ids];

    /// <summary>Why its turn, and so far it, ended; <see langword="null"/> while it goes on.</summary>
    public AnswerEnd? End { get; private set; }

    /// <summary>Whether someone takes the next turn of it, and it waits for that.</summary>
    public bool Waits { get; private set; }

    /// <summary>Whether its next token is given, and not drawn.</summary>
    public bool IsGiven => _taken < _next.Length;

    /// <summary>What passes through the network next: its last token, and behind it tokens that are given.</summary>
    /// <param name="most">How many at most.</param>
    public int[] Next(int most) => [LastId, .. _next.AsSpan(_taken, Math.Min(most - 1, _next.Length - _taken))];

    /// <summary>Whether its turn has ended so that another may follow, and nobody was asked to take it yet.</summary>
    public bool MayGoOn => _turns is not null && !_isOver && !Waits && (End is AnswerEnd.Stop or AnswerEnd.StopText);

    public void Add(int id, float logProbability, float plainLogProbability)
    {
        Append(id, logProbability, plainLogProbability, isGiven: false);
        var isLast = Count - _turnStart >= Options.MaxTokens || Count >= _room;
        End = _stopIds.Contains(id) ? AnswerEnd.Stop
            : _stops?.Push(id, isLast) == true ? AnswerEnd.StopText
            : isLast ? AnswerEnd.Length : null;
    }

    /// <summary>Has the next turn taken; until <see cref="GoOn"/> it waits.</summary>
    public int[]? TakeTurn(CancellationToken cancellationToken)
        => _turns!.TakeTurn(
            new TokenAnswer([.. _ids[_turnStart..]], [.. _logProbabilities[_turnStart..]], [.. _plainLogProbabilities[_turnStart..]], End!.Value) { TextLength = TextLength }, cancellationToken);

    /// <summary>Begins to wait for the next turn.</summary>
    public void Wait() => Waits = true;

    /// <summary>Ends the waiting: goes on with tokens that are given; where there are none it is over, where there is no room for them it is cut.</summary>
    public void GoOn(int[]? given)
    {
        Waits = false;
        if (given is null)
        {
            _isOver = true;
            return;
        }

        var fits = given.Length > 0 && Count + given.Length < _room;
        (_next, _taken) = (fits ? given : [], 0);
        End = fits ? null : AnswerEnd.Length;
    }

    /// <summary>Takes the next tokens of those that are given.</summary>
    /// <param name="count">How many; there are as many at least.</param>
    public void TakeGiven(int count)
    {
        for (var token = 0; token < count; token++)
        {
            Append(_next[_taken++], 0, 0, isGiven: true);
            if (!IsGiven)
            {
                (_turnStart, _stops) = (Count, _watch());
            }
        }
    }

    /// <summary>Keeps where the next tokens of its sequence went, where it shall.</summary>
    /// <param name="routing">Of tokens that it has no record of yet.</param>
    public void Keep(RoutingRecord routing)
    {
        if (RecordsRouting)
        {
            _routing.Add(routing);
        }
    }

    public TokenAnswer ToAnswer() => new([.. _ids], [.. _logProbabilities], [.. _plainLogProbabilities], End!.Value)
    {
        TextLength = TextLength,
        Given = _turnStart > 0 ? [.. _given] : null,
        Routing = _routing.Count == 0 ? null : RoutingRecord.Join(_routing),
    };

    private int? TextLength => End == AnswerEnd.StopText ? _stops!.Length : null;

    private void Append(int id, float logProbability, float plainLogProbability, bool isGiven)
    {
        _ids.Add(id);
        _logProbabilities.Add(logProbability);
        _plainLogProbabilities.Add(plainLogProbability);
        _given.Add(isGiven);
    }

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
