using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Experts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>Answers as one pass takes them: a prompt once before the answers to it that follow one another, then what is predicted from where.</summary>
/// <remarks>Create it inside a scope that lives until the backward pass.</remarks>
internal sealed class PolicyTokens : IDisposable
{
    private readonly PrefixedSequences _sequences;
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
        _sequences = new PrefixedSequences(Batch.SequenceStarts, [.. layout.Prefixes], model.Device);
        _routing = layout.Routing.Count > 0 ? RoutingRecord.Join(layout.Routing) : null;
    }

    /// <summary>Every prompt and answer, but for each answer's last token: nothing is predicted from it.</summary>
    public TokenBatch Batch { get; }

    /// <summary>Tokens from which a drawn token of an answer is predicted, answer by answer. <c>[n]</c>, Int64</summary>
    public Tensor Positions { get; }

    /// <summary>The answers' drawn tokens. <c>[n]</c>, Int64</summary>
    public Tensor Targets { get; }

    /// <summary>What surrounds a pass of them.</summary>
    /// <param name="dropout">The micro-batch's own random stream; <see langword="null"/> drops nothing.</param>
    /// <param name="checkpointing">Recompute layers in the backward pass.</param>
    /// <param name="balance">Gathers how evenly experts are used, where the loss asks for it.</param>
    public AttentionContext Context(RandomGenerator? dropout = null, bool checkpointing = false, LoadBalance? balance = null)
        => new SharedPromptContext(_sequences) { Dropout = dropout, Checkpointing = checkpointing, RoutingGiven = _routing, Balance = balance };

    /// <inheritdoc/>
    public void Dispose()
    {
        _sequences.Dispose();
        Batch.Dispose();
    }

    private sealed class Layout
    {
        private int _next;

        public Layout(IReadOnlyList<PolicyAnswer> answers, bool shares)
        {
            // Replayed only where every answer has a record: a pass goes one way.
            var replays = answers.All(answer => answer.Routing is { IsWhole: true });
            var (promptStart, prompt, promptSequence) = (0, (int[]?)null, 0);
            foreach (var answer in answers)
            {
                var (inputs, length) = (answer.Tokens[..^1], answer.Prompt.Length);
                if (!shares)
                {
                    promptStart = Add([.. answer.Prompt, .. inputs], known: 0, prefix: -1, replays ? answer.Routing!.Slice(0, length + inputs.Length) : null);
                }
                else if (!ReferenceEquals(prompt, answer.Prompt))
                {
                    (prompt, promptSequence) = (answer.Prompt, Sequences.Count);
                    promptStart = Add(prompt, known: 0, prefix: -1, replays ? answer.Routing!.Slice(0, length) : null);
                }

                var start = shares && inputs.Length > 0
                    ? Add(inputs, length, promptSequence, replays ? answer.Routing!.Slice(length, inputs.Length) : null)
                    : promptStart + length;
                Positions.AddRange(answer.Drawn.Select(place => place == 0 ? promptStart + length - 1L : start + place - 1L));
            }
        }

        public List<int[]> Sequences { get; } = [];

        public List<int> Known { get; } = [];

        public List<int> Prefixes { get; } = [];

        public List<long> Positions { get; } = [];

        public List<RoutingRecord> Routing { get; } = [];

        // Returns the place of its first token.
        private int Add(int[] ids, int known, int prefix, RoutingRecord? routing)
        {
            Sequences.Add(ids);
            Known.Add(known);
            Prefixes.Add(prefix);
            if (routing is not null)
            {
                Routing.Add(routing);
            }

            _next += ids.Length;
            return _next - ids.Length;
        }
    }
}
