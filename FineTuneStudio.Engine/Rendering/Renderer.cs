using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Templates;
using FineTuneStudio.Engine.Tokenizers;

namespace FineTuneStudio.Engine.Rendering;

/// <summary>
/// Turns conversations into token ids with loss weights: the one renderer of preview, training, evaluation, generation and serving.
/// Safe to share between threads.
/// </summary>
/// <remarks>
/// The text is rendered once and tokenized once, with the template's special tokens and none added. Learnt is what the assistant writes,
/// with what ends its turn, without its header and without the line break behind its end: a template's <c>{% generation %}</c> blocks where
/// it has them, else what <see cref="LearntSpanFinder"/> finds.
/// </remarks>
public sealed class Renderer
{
    /// <summary>Raised whenever a row renders to other tokens than before, so that lengths which an earlier renderer measured are measured anew.</summary>
    public const int Version = 3;

    private readonly LearntSpanFinder _finder;
    private readonly LearntSpanFinder _finderWithTools;

    /// <summary>Creates a renderer from its parts.</summary>
    /// <param name="template">The model's chat template.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="withTools">The template of conversations with tools, where the model has one of its own for them.</param>
    public Renderer(ChatTemplate template, Tokenizer tokenizer, ChatTemplate? withTools = null)
    {
        Template = template;
        ToolTemplate = withTools ?? template;
        Tokenizer = tokenizer;
        _finder = new LearntSpanFinder(template, tokenizer);
        _finderWithTools = withTools is null ? _finder : new LearntSpanFinder(withTools, tokenizer);
    }

    /// <summary>The chat template.</summary>
    public ChatTemplate Template { get; }

    /// <summary>The chat template of conversations with tools, as transformers chooses it: <c>tool_use</c> where the folder has it, else the same.</summary>
    public ChatTemplate ToolTemplate { get; }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>What a person should know about the renderer itself, for instance that the model has no chat template of its own.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The clock that templates with a date read.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Loads template and tokenizer of a model folder; a folder without a template gets a plain ChatML one and a warning.</summary>
    /// <exception cref="UserErrorException">The folder's template or tokenizer cannot be read.</exception>
    public static Renderer Load(string modelFolder)
    {
        var tokenizer = Tokenizer.Load(modelFolder);
        return ChatTemplate.Load(modelFolder) is { } template
            ? new Renderer(template, tokenizer, ChatTemplate.LoadForTools(modelFolder))
            : new Renderer(FallbackTemplate.For(tokenizer), tokenizer) { Warnings = [FallbackTemplate.Warning(modelFolder)] };
    }

    /// <summary>Renders a whole conversation to learn from.</summary>
    /// <param name="conversation">The conversation, in OpenAI's chat format.</param>
    /// <param name="weights">
    /// How much each message's loss counts; <see langword="null"/> takes 1 for what the assistant says, 0 where a message has
    /// <c>"weight": 0</c>, and 0 for all other roles.
    /// </param>
    /// <param name="contextLength">Most tokens; more are cut off at the end. <see langword="null"/> never cuts.</param>
    /// <exception cref="UserErrorException">The template refuses the conversation.</exception>
    /// <exception cref="ArgumentException">There is not one weight for each message.</exception>
    public RenderedRow RenderConversation(Conversation conversation, IReadOnlyList<float>? weights = null, int? contextLength = null)
    {
        var rendering = Rendering(conversation);
        weights ??= rendering.DefaultWeights();
        if (weights.Count != rendering.Count)
        {
            throw new ArgumentException($"{rendering.Count} messages have {weights.Count} weights.", nameof(weights));
        }

        var whole = rendering.Whole();
        var tokens = Tokenizer.EncodeWithOffsets(whole.Text);
        var learnt = (HasTools(conversation) ? _finderWithTools : _finder).Find(rendering, whole, tokens, weights);
        return Row(whole.Text, tokens, learnt, contextLength);
    }

    /// <summary>Renders what the model is to answer: all messages, then the header of the assistant's turn. No token is learnt.</summary>
    /// <exception cref="UserErrorException">The template refuses the conversation.</exception>
    public RenderedRow RenderPrompt(Conversation conversation)
    {
        var text = Rendering(conversation).Prompt().Text;
        return Row(text, Tokenizer.EncodeWithOffsets(text), new LearntSpans(), null);
    }

    /// <summary>Renders what stands between a turn that the model wrote and its next: the end of that turn, all messages behind it, the header of the next.</summary>
    /// <remarks>
    /// The turn itself stays the tokens that the model drew: rendered from its words it may come out as others. What follows is found by a twin of the
    /// conversation with other words in that turn, and begins with a token that ends a turn, so that both parts meet where tokens meet in the whole text.
    /// </remarks>
    /// <param name="conversation">With the turn and everything behind it.</param>
    /// <param name="turn">Index of the turn's message.</param>
    /// <param name="stopIds">Tokens that end a turn.</param>
    /// <param name="isEnded">The model drew such a token itself.</param>
    /// <exception cref="UserErrorException">The template refuses the conversation, or writes nothing by which the end of the turn is known.</exception>
    public int[] RenderContinuation(Conversation conversation, int turn, IEnumerable<int> stopIds, bool isEnded)
    {
        var behind = Rendering(conversation).Behind(turn);
        var stops = stopIds.Select(id => (Id: id, Text: Tokenizer.IdToToken(id))).Where(stop => !string.IsNullOrEmpty(stop.Text)).ToList();
        var end = behind is null ? -1 : stops.Select(stop => behind.IndexOf(stop.Text!, StringComparison.Ordinal)).Where(place => place >= 0).DefaultIfEmpty(-1).Min();
        if (end < 0)
        {
            throw new UserErrorException("messages", "The chat template ends the turn of an assistant by no token that is known to end it, so that a conversation with tools cannot go on. Take a model whose template does.");
        }

        // Some tokenizers put a space before a text: what comes before the end of the turn is none of it.
        int[] ids = [.. Tokenizer.EncodeWithOffsets(behind![end..]).Select(token => token.Id)];
        var first = Array.FindIndex(ids, id => stops.Exists(stop => stop.Id == id));
        return first < 0 ? ids : ids[(isEnded ? first + 1 : first)..];
    }

    private static bool HasTools(Conversation conversation) => conversation.Tools is { ValueKind: JsonValueKind.Array } tools && tools.GetArrayLength() > 0;

    private ConversationRendering Rendering(Conversation conversation) => new(HasTools(conversation) ? ToolTemplate : Template, Input(conversation));

    private TemplateInput Input(Conversation conversation) => new(conversation)
    {
        BosToken = Tokenizer.Bos?.Text,
        EosToken = Tokenizer.Eos?.Text,
        Clock = Clock,
    };

    private static RenderedRow Row(string text, TokenSpan[] tokens, LearntSpans learnt, int? contextLength)
    {
        var length = Math.Min(tokens.Length, contextLength ?? int.MaxValue);
        var ids = new int[length];
        var spans = new TextSpan[length];
        for (var i = 0; i < length; i++)
        {
            ids[i] = tokens[i].Id;
            spans[i] = new TextSpan(tokens[i].Start, tokens[i].End);
        }

        return new RenderedRow(text, ids, learnt.Weigh(spans), spans, [.. learnt.Parts.Select(part => part.Span)])
        {
            Cut = length < tokens.Length,
            Warnings = learnt.Warnings,
        };
    }
}
