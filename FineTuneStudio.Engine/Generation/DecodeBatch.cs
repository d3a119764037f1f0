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
    private readonly int _tokensOfStep;

    /// <param name="model">The network.</param>
    /// <param name="slots">Most rows.</param>
    /// <param name="capacity">Most tokens of a row, its prompt included.</param>
    /// <param name="tokensOfStep">Most tokens that pass at a time where rows are given some; a token of each row passes in any case.</param>
    /// <param name="onToken">Told of each token.</param>
    public DecodeBatch(CausalModel model, int slots, int capacity, int tokensOfStep, Action<GeneratedToken>? onToken)
    {
        _model = model;
        _head = model.Head;
        _onToken = onToken;
        Slots = slots;
        _cache = new KvCache(model.Config, model.ComputeType, model.Device, slots, capacity);
        _ropeBorder = model.Config.RopeBorder;

        // A cache as short as a window uses its places in turns: a later token of a piece would take the place of one that an earlier one looks at.
        _tokensOfStep = model.Config.Layers.Any(layer => layer.Attention.Window < capacity) ? 0 : tokensOfStep;
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
            Advance(crossing, crossing.ConvertAll(_ => 1), PassWhole(crossing.ConvertAll(row => new PromptGroup(row.Sequence, [row]))));
        }

        if (rows.Count > 0)
        {
            var pieces = Pieces(rows);
            Advance(rows, pieces.ConvertAll(piece => piece.Length), PassPieces(rows, pieces));
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
                Array.ForEach(groups[index].Rows, row => row.Keep(row.Count == 0 ? own : own.Slice(own.Tokens - 1, 1)));
            }
        }

        return hidden.IndexSelect(0, Tensor.From<long>(last).To(_model.Device));
    }

    // What passes next of each row: its last token, and as many of those that it is given as there is room for. They are in the cache then, beside what others
    // draw, and nothing is passed twice.
    private List<int[]> Pieces(List<AnswerRow> rows)
    {
        var free = Math.Max(0, _tokensOfStep - rows.Count);
        return rows.ConvertAll(row =>
        {
            // Up to the border only: behind it a sequence is turned by other frequencies.
            var room = row.Position < _ropeBorder ? Math.Min(free, _ropeBorder.Value - 1 - row.Position) : free;
            var piece = row.Next(1 + room);
            free -= piece.Length - 1;
            return piece;
        });
    }

    // The pieces, whose tokens see what is kept of their sequence and one another; the hidden state of each one's last token. [n, D]
    private Tensor PassPieces(List<AnswerRow> rows, List<int[]> pieces)
    {
        // A token is a sequence of its own here: what it turns by does not depend on those that come with it.
        int[][] ids = [.. pieces.SelectMany(piece => piece).Select(id => new[] { id })];
        int[] positions = [.. rows.SelectMany((row, index) => Enumerable.Range(row.Position, pieces[index].Length))];
        using var batch = TokenBatch.Continue(ids, positions, _model.Device);
        long[] slots = [.. rows.SelectMany((row, index) => Enumerable.Repeat((long)row.Slot, pieces[index].Length))];
        using var places = new CachePlaces(slots, [.. positions.Select(position => (long)position)], _model.Device);
        var recorder = RecorderOf(rows);
        var context = new StepContext(_cache, places.SlotIndex, batch.Positions, places) { AreAlone = ids.Length == rows.Count, RoutingObserved = recorder is null ? null : recorder.Observe };
        var hidden = _model.Hidden(batch, context);
        var (routing, ends, next) = (recorder?.Take(), new List<long>(), 0);
        for (var index = 0; index < rows.Count; next += pieces[index++].Length)
        {
            ends.Add(next + pieces[index].Length - 1);
            if (routing is not null)
            {
                rows[index].Keep(routing.Slice(next, pieces[index].Length));
            }
        }

        return context.AreAlone ? hidden : hidden.IndexSelect(0, Tensor.From<long>([.. ends]).To(_model.Device));
    }

    private static RoutingRecorder? RecorderOf(IEnumerable<AnswerRow> rows) => rows.Any(row => row.RecordsRouting) ? new RoutingRecorder() : null;

    // A row draws once all that it was given has passed; otherwise the next token of that becomes its last. hidden [n, D]
    private void Advance(List<AnswerRow> rows, List<int> passed, Tensor hidden)
    {
        for (var index = 0; index < rows.Count; index++)
        {
            rows[index].TakeGiven(passed[index] - 1);
        }

        long[] drawing = [.. Enumerable.Range(0, rows.Count).Where(index => !rows[index].IsGiven).Select(index => (long)index)];
        rows.FindAll(row => row.IsGiven).ForEach(row => row.TakeGiven(1));
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
