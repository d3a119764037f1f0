using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tokenizers;

namespace FineTuneStudio.Engine.Generation;

/// <summary>Answers prompts token by token, many at a time; rows come and go, each of its own length.</summary>
/// <remarks>
/// The same requests give the same tokens. What an answer draws depends on its seed, stream and index alone, not on its neighbours; its
/// logits do up to rounding where more than 32 rows are decoded at a time. For one thread, whose <see cref="TorchRuntime.Threads"/> it uses.
/// </remarks>
public sealed class TokenGenerator
{
    private readonly CausalModel _model;
    private readonly HashSet<int> _stopIds;
    private readonly DecodeLimits _limits;
    private readonly Tokenizer? _tokenizer;

    /// <summary>Creates a generator over a model, with or without an adapter.</summary>
    /// <param name="model">Stays its owner's.</param>
    /// <param name="stopIds">Tokens that end an answer.</param>
    /// <param name="limits">How much at a time; <see langword="null"/> takes the default.</param>
    /// <param name="tokenizer">Reads answers that a text shall end; <see langword="null"/> where none shall.</param>
    public TokenGenerator(CausalModel model, IEnumerable<int> stopIds, DecodeLimits? limits = null, Tokenizer? tokenizer = null)
    {
        _model = model;
        _stopIds = [.. stopIds];
        _limits = limits ?? DecodeLimits.Default;
        _tokenizer = tokenizer;
    }

    /// <summary>Answers every request.</summary>
    /// <param name="requests">Prompts with their options.</param>
    /// <param name="onToken">Told of each token as it is chosen, on this thread; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Looked at before each token.</param>
    /// <returns>The answers to each request, in order.</returns>
    /// <exception cref="UserErrorException">An option is impossible, or a prompt is empty.</exception>
    public IReadOnlyList<TokenAnswer[]> Generate(
        IReadOnlyList<TokenRequest> requests, Action<GeneratedToken>? onToken, CancellationToken cancellationToken)
        => Generate(requests, onToken, onAnswer: null, cancellationToken);

    /// <inheritdoc cref="Generate(IReadOnlyList{TokenRequest}, Action{GeneratedToken}?, CancellationToken)"/>
    /// <param name="requests">Prompts with their options.</param>
    /// <param name="onToken">Told of each token as it is chosen, on this thread; may be <see langword="null"/>.</param>
    /// <param name="onAnswer">Told of each whole answer as it ends, with the places of its request and of itself; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Looked at before each token.</param>
    public IReadOnlyList<TokenAnswer[]> Generate(
        IReadOnlyList<TokenRequest> requests, Action<GeneratedToken>? onToken, Action<int, int, TokenAnswer>? onAnswer, CancellationToken cancellationToken)
    {
        UserErrorException.ThrowIfAny(requests.SelectMany(Check));
        var answers = requests.Select(request => new TokenAnswer[request.Answers]).ToArray();
        if (requests.Count == 0)
        {
            return answers;
        }

        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        var capacity = requests.Max(request => request.Prompt.Length + request.Room);
        using var batch = new DecodeBatch(_model, Slots(requests, capacity), capacity, _limits.PromptTokens, onToken);
        var waiting = new Queue<PromptGroup>(requests.SelectMany((request, index) => Groups(request, index, batch.Slots)));
        using var turns = new TurnQueue(cancellationToken);
        for (long step = 0; waiting.Count > 0 || batch.Rows.Count > 0; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            turns.GoOn(step, isIdle: !batch.IsActive);
            var admitted = Admit(waiting, batch.FreeSlots);
            if (admitted.Count > 0)
            {
                batch.Start(admitted);
            }
            else if (batch.IsActive)
            {
                batch.Step();
            }

            foreach (var row in batch.Rows.Where(row => row.MayGoOn))
            {
                turns.Add(row, step);
            }

            foreach (var row in batch.TakeEnded())
            {
                var answer = answers[row.RequestIndex][row.AnswerIndex] = row.ToAnswer();
                onAnswer?.Invoke(row.RequestIndex, row.AnswerIndex, answer);
            }
        }

        return answers;
    }

    private static IEnumerable<UserError> Check(TokenRequest request, int index)
        => request.Options.Validate()
            .Concat(request.Prompt.Length == 0 ? [new UserError($"prompt {index}", "The prompt has no token; write at least one.")] : [])
            .Concat(request.Answers < 1 ? [new UserError($"prompt {index}", $"Ask for 1 answer or more, not {request.Answers}.")] : []);

    private int Slots(IReadOnlyList<TokenRequest> requests, int capacity)
    {
        var fitting = _limits.CacheBytes / KvCache.BytesOf(_model.Config, _model.ComputeType, capacity);
        return (int)Math.Clamp(Math.Min(fitting, requests.Sum(request => (long)request.Answers)), 1, _limits.Rows);
    }

    // Answers to one prompt start together, as many as there are slots.
    private IEnumerable<PromptGroup> Groups(TokenRequest request, int index, int slots)
        => Enumerable.Range(0, request.Answers)
            .Select(answer => new AnswerRow(request, index, answer, _stopIds, () => Stops(request.Options)))
            .Chunk(slots)
            .Select(rows => new PromptGroup(request.Prompt, rows));

    private StopWatch? Stops(SamplingOptions options) => options.Stop.Count == 0 ? null
        : new StopWatch((_tokenizer ?? throw new InvalidOperationException("A text that ends an answer needs a tokenizer.")).CreateStreamingDecoder(skipSpecial: true), options.Stop);

    private List<PromptGroup> Admit(Queue<PromptGroup> waiting, int freeSlots)
    {
        var admitted = new List<PromptGroup>();
        var tokens = 0;
        while (waiting.TryPeek(out var group)
            && group.Rows.Length <= freeSlots
            && (admitted.Count == 0 || tokens + group.Prompt.Length <= _limits.PromptTokens))
        {
            admitted.Add(waiting.Dequeue());
            freeSlots -= group.Rows.Length;
            tokens += group.Prompt.Length;
        }

        return admitted;
    }
}
