using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Experts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Generation;

/// <summary>The answers being generated now, with their cache: prompts start rows, a step adds a token to each.</summary>
internal sealed class DecodeBatch : IDisposable
{
    private readonly CausalModel _model;
    private readonly KvCache _cache;
    private readonly LanguageHead _head;
    private readonly Action<GeneratedToken>? _onToken;
    private readonly List<AnswerRow> _rows = [];

    /// <param name="model">The network.</param>
    /// <param name="slots">Most rows.</param>
    /// <param name="capacity">Most tokens of a row, its prompt included.</param>
    /// <param name="onToken">Told of each token.</param>
    public DecodeBatch(CausalModel model, int slots, int capacity, Action<GeneratedToken>? onToken)
    {
        _model = model;
        _head = model.Head;
        _onToken = onToken;
        Slots = slots;
        _cache = new KvCache(model.Config, model.ComputeType, model.Device, slots, capacity);
    }

    public int Slots { get; }

    public int FreeSlots => _cache.FreeSlots;

    public IReadOnlyList<AnswerRow> Rows => _rows;

    /// <summary>Passes prompts through the network and chooses the first token of each of their answers.</summary>
    public void Start(IReadOnlyList<PromptGroup> groups)
    {
        using var scope = TensorScope.Enter();
        using var batch = TokenBatch.FromSequences([.. groups.Select(group => group.Prompt)], _model.Device);
        var slots = new long[batch.Tokens];
        var last = new List<long>();
        for (var index = 0; index < groups.Count; index++)
        {
            var (start, end) = (batch.SequenceStarts[index], batch.SequenceStarts[index + 1]);
            foreach (var row in groups[index].Rows)
            {
                row.Slot = _cache.Take();
                last.Add(end - 1);
            }

            slots.AsSpan(start, end - start).Fill(groups[index].Rows[0].Slot);
        }

        AnswerRow[] rows = [.. groups.SelectMany(group => group.Rows)];
        var recorder = RecorderOf(rows);
        var context = new PromptContext(_cache, batch, Tensor.From<long>(slots).To(_model.Device)) { RoutingObserved = recorder is null ? null : recorder.Observe };
        var hidden = _model.Hidden(batch, context);
        var routing = recorder?.Take();
        for (var index = 0; index < groups.Count; index++)
        {
            var (group, own) = (groups[index], routing?.Slice(batch.SequenceStarts[index], groups[index].Prompt.Length));
            foreach (var row in group.Rows)
            {
                Keep(row, own);
                if (row != group.Rows[0])
                {
                    _cache.Copy(group.Rows[0].Slot, row.Slot, group.Prompt.Length);
                }
            }
        }

        _rows.AddRange(rows);
        Choose(rows, hidden.IndexSelect(0, Tensor.From<long>([.. last]).To(_model.Device)));
    }

    /// <summary>Adds a token to every row.</summary>
    public void Step()
    {
        using var scope = TensorScope.Enter();
        using var batch = TokenBatch.Continue(_rows.ConvertAll(row => new[] { row.LastId }), _rows.ConvertAll(row => row.Position), _model.Device);
        var slots = Tensor.From<long>([.. _rows.Select(row => (long)row.Slot)]).To(_model.Device);
        var recorder = RecorderOf(_rows);
        var hidden = _model.Hidden(batch, new StepContext(_cache, slots, batch.Positions) { RoutingObserved = recorder is null ? null : recorder.Observe });
        if (recorder?.Take() is { } routing)
        {
            for (var index = 0; index < _rows.Count; index++)
            {
                Keep(_rows[index], routing.Slice(index, 1));
            }
        }

        Choose(_rows, hidden);
    }

    /// <summary>Takes out the rows that have ended, and frees their slots.</summary>
    public IReadOnlyList<AnswerRow> TakeEnded()
    {
        var ended = _rows.FindAll(row => row.End is not null);
        if (ended.Count > 0)
        {
            _rows.RemoveAll(row => row.End is not null);
            ended.ForEach(row => _cache.Release(row.Slot));
        }

        return ended;
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    private static RoutingRecorder? RecorderOf(IEnumerable<AnswerRow> rows) => rows.Any(row => row.RecordsRouting) ? new RoutingRecorder() : null;

    private static void Keep(AnswerRow row, RoutingRecord? routing)
    {
        if (row.RecordsRouting && routing is not null)
        {
            row.Add(routing);
        }
    }

    // hidden [n, D], a row for each answer
    private void Choose(IReadOnlyList<AnswerRow> rows, Tensor hidden)
    {
        var logits = _head.Logits(hidden, wide: true);   // [n, V]
        var (ids, probabilities) = TokenChoice.Apply(
            logits,
            [.. rows.Select(row => row.Options.Temperature)],
            [.. rows.Select(row => row.Options.TopP)],
            [.. rows.Select(row => (long)row.Options.TopK)],
            [.. rows.Select(row => row.Key)],
            [.. rows.Select(row => (long)row.Count)]);
        var (chosen, own) = (ids.ToArray<long>(), probabilities.ToArray<float>());
        for (var index = 0; index < rows.Count; index++)
        {
            var row = rows[index];
            row.Add((int)chosen[index], own[2 * index], own[(2 * index) + 1]);
            _onToken?.Invoke(new GeneratedToken(row.RequestIndex, row.AnswerIndex, row.LastId, row.End));
        }
    }
}
