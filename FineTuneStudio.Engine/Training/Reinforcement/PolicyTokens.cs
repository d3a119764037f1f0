using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Experts;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>Answers as one pass takes them: a prompt once before the answers to it that follow one another, then what is predicted from where.</summary>
/// <remarks>Create it inside a scope that lives until the backward pass.</remarks>
internal sealed class PolicyTokens : IDisposable
{
    private readonly int[] _starts;
    private readonly RoutingRecord? _routing;

    /// <summary>Lays answers out.</summary>
    /// <param name="answers">Those that are learnt, answers to one prompt beside one another.</param>
    /// <param name="model">What they pass through.</param>
    public PolicyTokens(IReadOnlyList<PolicyAnswer> answers, CausalModel model)
    {
        // Where a token turns by how long its sequence is, a prompt turns differently in each.
        var shares = model.Config.Layers.All(layer => layer.Attention.Rope is not { DependsOnLength: true });
        var layout = new Layout(answers, shares);
        Batch = TokenBatch.Continue(layout.Sequences, layout.Known, model.Device);
        Positions = Tensor.From<long>([.. layout.Positions]).To(model.Device);
        Targets = Tensor.From<long>([.. answers.SelectMany(answer => answer.Drawn.Select(place => (long)answer.Tokens[place]))]).To(model.Device);
        Wholes = Tensor.From<long>([.. layout.Wholes]).To(model.Device);
        Firsts = Tensor.From<long>([.. layout.Firsts]).To(model.Device);
        _starts = [.. layout.Starts];
        _routing = layout.Routing.Count > 0 ? RoutingRecord.Join(layout.Routing) : null;
    }

    /// <summary>Every prompt and answer, but for each answer's last token: nothing is predicted from it.</summary>
    public TokenBatch Batch { get; }

    /// <summary>Tokens from which a drawn token of an answer is predicted, answer by answer. <c>[n]</c>, Int64</summary>
    public Tensor Positions { get; }

    /// <summary>The answers' drawn tokens. <c>[n]</c>, Int64</summary>
    public Tensor Targets { get; }

    private Tensor Wholes { get; }

    private Tensor Firsts { get; }

    /// <summary>What surrounds a pass of them.</summary>
    /// <param name="dropout">The micro-batch's own random stream; <see langword="null"/> drops nothing.</param>
    /// <param name="checkpointing">Recompute layers in the backward pass.</param>
    public AttentionContext Context(RandomGenerator? dropout = null, bool checkpointing = false)
        => new SharedPromptContext(Wholes, Firsts, _starts) { Dropout = dropout, Checkpointing = checkpointing, RoutingGiven = _routing };

    /// <inheritdoc/>
    public void Dispose() => Batch.Dispose();

    private sealed class Layout
    {
        public Layout(IReadOnlyList<PolicyAnswer> answers, bool shares)
        {
            // Replayed only where every answer has a record: a pass goes one way.
            var replays = answers.All(answer => answer.Routing is { IsWhole: true });
            var (next, promptStart, prompt) = (0, 0, (int[]?)null);
            foreach (var answer in answers)
            {
                if (!shares || !ReferenceEquals(prompt, answer.Prompt))
                {
                    (prompt, promptStart) = (answer.Prompt, next);
                    next = Add(prompt, known: 0, next, replays ? answer.Routing!.Slice(0, prompt.Length) : null);
                    Firsts.AddRange(Enumerable.Range(Wholes.Count, prompt.Length).Select(place => (long)place));
                }

                var inputs = answer.Tokens[..^1];
                var start = next;
                Wholes.AddRange(Enumerable.Range(promptStart, prompt!.Length).Select(token => (long)token));
                Firsts.AddRange(Enumerable.Range(Wholes.Count, inputs.Length).Select(place => (long)place));
                Wholes.AddRange(Enumerable.Range(start, inputs.Length).Select(token => (long)token));
                Starts.Add(Wholes.Count);
                Positions.AddRange(answer.Drawn.Select(place => place == 0 ? promptStart + prompt.Length - 1L : start + place - 1L));
                next = Add(inputs, prompt.Length, next, replays ? answer.Routing!.Slice(prompt.Length, inputs.Length) : null);
            }
        }

        public List<int[]> Sequences { get; } = [];

        public List<int> Known { get; } = [];

        public List<long> Positions { get; } = [];

        public List<long> Wholes { get; } = [];

        public List<long> Firsts { get; } = [];

        public List<int> Starts { get; } = [0];

        public List<RoutingRecord> Routing { get; } = [];

        private int Add(int[] ids, int known, int next, RoutingRecord? routing)
        {
            if (ids.Length > 0)
            {
                Sequences.Add(ids);
                Known.Add(known);
                if (routing is not null)
                {
                    Routing.Add(routing);
                }
            }

            return next + ids.Length;
        }
    }
}
