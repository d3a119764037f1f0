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
    private readonly int? _ropeBorder;

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
        _ropeBorder = model.Config.RopeBorder;
    }

    public int Slots { get; }

    public int FreeSlots => _cache.FreeSlots;

    public IReadOnlyList<AnswerRow> Rows => _rows;

    /// <summary>Whether there is a row to add a token to.</summary>
    public bool IsActive => _rows.Exists(row => row.End is null);

    /// <summary>Passes prompts through the network and chooses the first token of each of their answers.</summary>
    public void Start(IReadOnlyList<PromptGroup> groups)
    {
        using var scope = TensorScope.Enter();
        AnswerRow[] rows = [.. groups.SelectMany(group => group.Rows)];
        foreach (var row in rows)
        {
            row.Slot = _cache.Take();
        }

        var last = PassWhole(groups);
        var places = new List<long>();
        for (var index = 0; index < groups.Count; index++)
        {
            places.AddRange(groups[index].Rows.Select(_ => (long)index));
            foreach (var row in groups[index].Rows.Skip(1))
            {
                _cache.Copy(groups[index].Rows[0].Slot, row.Slot, groups[index].Prompt.Length);
            }
        }

        _rows.AddRange(rows);
        Choose(rows, last.IndexSelect(0, Tensor.From<long>([.. places]).To(_model.Device)));
    }

    /// <summary>Adds a token to every row that goes on.</summary>
    public void Step()
    {
        using var scope = TensorScope.Enter();
        var crossing = _rows.FindAll(row => row.End is null && row.Position == _ropeBorder);
        var rows = _rows.FindAll(row => row.End is null && row.Position != _ropeBorder);
        if (crossing.Count > 0)
        {
            // What is kept of them was turned by the frequencies of shorter sequences.
            Advance(crossing, PassWhole(crossing.ConvertAll(row => new PromptGroup(row.Sequence, [row]))));
        }

        if (rows.Count > 0)
        {
            Advance(rows, PassOne(rows));
        }
    }

    /// <summary>Takes out the rows that have ended, and frees their slots.</summary>
    public IReadOnlyList<AnswerRow> TakeEnded()
    {
        var ended = _rows.FindAll(row => row is { End: not null, Waits: false });
        if (ended.Count > 0)
        {
            _rows.RemoveAll(row => row is { End: not null, Waits: false });
            ended.ForEach(row => _cache.Release(row.Slot));
        }

        return ended;
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    // Whole sequences, each into the slot of its first row; the hidden state of each one's last token. [n, D]
    private Tensor PassWhole(IReadOnlyList<PromptGroup> groups)
    {
        using var batch = TokenBatch.FromSequences([.. groups.Select(group => group.Prompt)], _model.Device);
        long[] slots = [.. groups.SelectMany(group => Enumerable.Repeat((long)group.Rows[0].Slot, group.Prompt.Length))];
        long[] last = [.. Enumerable.Range(0, groups.Count).Select(index => batch.SequenceStarts[index + 1] - 1L)];
        var recorder = RecorderOf(groups.SelectMany(group => group.Rows));
        using var places = new CachePlaces(slots, [.. batch.HostPositions.Select(position => (long)position)], _model.Device);
        var hidden = _model.Hidden(batch, new PromptContext(_cache, batch, places.SlotIndex, places) { RoutingObserved = recorder is null ? null : recorder.Observe });
        if (recorder?.Take() is { } routing)
        {
            for (var index = 0; index < groups.Count; index++)
            {
                var own = routing.Slice(batch.SequenceStarts[index], groups[index].Prompt.Length);
                Array.ForEach(groups[index].Rows, row => row.Keep(own));
            }
        }

        return hidden.IndexSelect(0, Tensor.From<long>(last).To(_model.Device));
    }

    // Each row's last token, which sees what is kept of its sequence. [n, D]
    private Tensor PassOne(List<AnswerRow> rows)
    {
        using var batch = TokenBatch.Continue(rows.ConvertAll(row => new[] { row.LastId }), rows.ConvertAll(row => row.Position), _model.Device);
        using var places = new CachePlaces([.. rows.Select(row => (long)row.Slot)], [.. rows.Select(row => (long)row.Position)], _model.Device);
        var recorder = RecorderOf(rows);
        var hidden = _model.Hidden(batch, new StepContext(_cache, places.SlotIndex, batch.Positions, places) { RoutingObserved = recorder is null ? null : recorder.Observe });
        if (recorder?.Take() is { } routing)
        {
            for (var index = 0; index < rows.Count; index++)
            {
                rows[index].Keep(routing.Slice(index, 1));
            }
        }

        return hidden;
    }

    private static RoutingRecorder? RecorderOf(IEnumerable<AnswerRow> rows) => rows.Any(row => row.RecordsRouting) ? new RoutingRecorder() : null;

    // Tokens that are given go in one at a time, beside those that others draw: they are in the cache then, and nothing is passed twice. hidden [n, D]
    private void Advance(List<AnswerRow> rows, Tensor hidden)
    {
        long[] drawing = [.. Enumerable.Range(0, rows.Count).Where(index => !rows[index].IsGiven).Select(index => (long)index)];
        rows.FindAll(row => row.IsGiven).ForEach(row => row.TakeGiven());
        if (drawing.Length == rows.Count)
        {
            Choose(rows, hidden);
        }
        else if (drawing.Length > 0)
        {
            Choose([.. drawing.Select(index => rows[(int)index])], hidden.IndexSelect(0, Tensor.From<long>(drawing).To(_model.Device)));
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
            [.. rows.Select(row => (long)row.Count)],
            rows.Any(row => row.Options.MinP > 0) ? [.. rows.Select(row => row.Options.MinP)] : null);
        var (chosen, own) = (ids.ToArray<long>(), probabilities.ToArray<float>());
        for (var index = 0; index < rows.Count; index++)
        {
            var row = rows[index];
            row.Add((int)chosen[index], own[2 * index], own[(2 * index) + 1]);
            _onToken?.Invoke(new GeneratedToken(row.RequestIndex, row.AnswerIndex, row.LastId, row.End));
        }
    }
}
