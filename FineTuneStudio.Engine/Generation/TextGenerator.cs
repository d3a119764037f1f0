using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Generation;

/// <summary>Answers conversations: renders them as in training, generates, and gives back text.</summary>
/// <remarks>
/// Base and tuned answers side by side are two generators over two views of one model (<see cref="CausalModel.WithAdapter"/>): the weights are
/// shared. For one thread, whose <see cref="TorchRuntime.Threads"/> it uses.
/// </remarks>
public sealed class TextGenerator
{
    private readonly CausalModel _model;
    private readonly Renderer _renderer;
    private readonly TokenGenerator _tokens;

    /// <summary>Creates a generator over a model, with or without an adapter.</summary>
    /// <param name="model">Stays its owner's.</param>
    /// <param name="renderer">The model's own renderer.</param>
    /// <param name="limits">How much at a time; <see langword="null"/> takes the default.</param>
    public TextGenerator(CausalModel model, Renderer renderer, DecodeLimits? limits = null)
    {
        _model = model;
        _renderer = renderer;
        Reader = new AnswerReader(renderer);
        StopIds = StopTokens.Of(renderer);
        _tokens = new TokenGenerator(model, StopIds, limits, renderer.Tokenizer);
    }

    /// <summary>Reads the answers.</summary>
    public AnswerReader Reader { get; }

    /// <summary>Tokens that end an answer: the tokenizer's, and the one by which the chat template ends an assistant's turn.</summary>
    public IReadOnlyList<int> StopIds { get; }

    /// <summary>Answers every conversation.</summary>
    /// <param name="conversations">Messages so far.</param>
    /// <param name="options">How tokens are chosen, and how many at most.</param>
    /// <param name="onPiece">Told of text as it comes, on this thread; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Looked at before each token.</param>
    /// <returns>An answer to each, in order.</returns>
    /// <exception cref="UserErrorException">An option is impossible, the template refuses a conversation, or one does not fit into the model's context.</exception>
    public IReadOnlyList<TextAnswer> Generate(
        IReadOnlyList<Conversation> conversations, SamplingOptions options, Action<TextPiece>? onPiece, CancellationToken cancellationToken)
        => Answer([.. conversations.Select(Prompt)], options, onPiece, onAnswer: null, cancellationToken);

    /// <summary>A conversation as the model reads it, up to where its answer begins.</summary>
    /// <returns>Token ids; there is room for at least one more. <c>[T]</c></returns>
    /// <exception cref="UserErrorException">The template refuses the conversation, or it does not fit into the model's context.</exception>
    public int[] Prompt(Conversation conversation)
    {
        var prompt = _renderer.RenderPrompt(conversation).Ids;
        return prompt.Length < _model.Config.ContextLength
            ? prompt
            : throw new UserErrorException(
                "conversation", $"It has {prompt.Length} tokens; the model reads and writes {_model.Config.ContextLength} in all. Shorten it or take another model.");
    }

    /// <summary>Answers prompts, many at a time.</summary>
    /// <param name="prompts">From <see cref="Prompt"/>.</param>
    /// <param name="options">How tokens are chosen, and how many at most.</param>
    /// <param name="onPiece">Told of text as it comes, on this thread; may be <see langword="null"/>.</param>
    /// <param name="onAnswer">Told of each whole answer as it ends, with its prompt's place; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Looked at before each token.</param>
    /// <returns>An answer to each, in order; what it draws follows from the seed alone, wherever its prompt stands.</returns>
    /// <exception cref="UserErrorException">An option is impossible.</exception>
    public IReadOnlyList<TextAnswer> Answer(
        IReadOnlyList<int[]> prompts, SamplingOptions options, Action<TextPiece>? onPiece, Action<int, TextAnswer>? onAnswer, CancellationToken cancellationToken)
    {
        UserErrorException.ThrowIfAny(options.Validate());
        var requests = prompts.Select(prompt => Request(prompt, options)).ToList();
        var decoders = onPiece is null ? [] : requests.ConvertAll(_ => (Text: _renderer.Tokenizer.CreateStreamingDecoder(skipSpecial: true), Stops: new StopScanner(options.Stop)));
        var answers = new TextAnswer[requests.Count];
        _tokens.Generate(requests, onPiece is null ? null : Stream, Finish, cancellationToken);
        return answers;

        void Finish(int request, int index, TokenAnswer answer)
        {
            answers[request] = new TextAnswer(Text(answer), requests[request].Prompt.Length, answer);
            onAnswer?.Invoke(request, answers[request]);
        }

        void Stream(GeneratedToken token)
        {
            var (text, stops) = decoders[token.Request];
            if (token.End != AnswerEnd.Stop)
            {
                Tell(token.Request, stops.Push(text.Push(token.Id)));
            }

            if (token.End is not null)
            {
                Tell(token.Request, stops.Push(text.Finish()));
                Tell(token.Request, stops.Finish());
            }
        }

        void Tell(int conversation, string text)
        {
            if (text.Length > 0)
            {
                onPiece!(new TextPiece(conversation, text));
            }
        }
    }

    /// <summary>The text of an answer: without special tokens, and without what ended it.</summary>
    public string Text(TokenAnswer answer) => Reader.Text(answer);

    private TokenRequest Request(int[] prompt, SamplingOptions options)
        => new(prompt, options with { MaxTokens = Math.Min(options.MaxTokens, _model.Config.ContextLength - prompt.Length) }) { Stream = 0 };
}
