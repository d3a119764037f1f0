#pragma warning disable CA1822, IDE0060 // until the parts behind it are in
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Templates;
using FineTuneStudio.Engine.Tokenizers;

namespace FineTuneStudio.Engine.Rendering;

/// <summary>
/// Turns conversations into token ids with loss weights: the one renderer of preview, training, evaluation, generation and serving.
/// Safe to share between threads.
/// </summary>
public sealed class Renderer
{
    /// <summary>Creates a renderer from its parts.</summary>
    /// <param name="template">The model's chat template.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    public Renderer(ChatTemplate template, Tokenizer tokenizer)
    {
        Template = template;
        Tokenizer = tokenizer;
    }

    /// <summary>The chat template.</summary>
    public ChatTemplate Template { get; }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>What a person should know about the renderer itself, for instance that the model has no chat template of its own.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Loads template and tokenizer of a model folder; a folder without a template gets a plain ChatML one and a warning.</summary>
    /// <exception cref="UserErrorException">The folder's template or tokenizer cannot be read.</exception>
    public static Renderer Load(string modelFolder) => throw new NotImplementedException();

    /// <summary>
    /// Renders a whole conversation to learn from: assistant turns have weight 1, with what ends the turn, except where a message
    /// has <c>"weight": 0</c>.
    /// </summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="contextLength">Most tokens; more are cut off at the end. <see langword="null"/> never cuts.</param>
    /// <exception cref="UserErrorException">The template refuses the conversation.</exception>
    public RenderedRow RenderConversation(Conversation conversation, int? contextLength = null) => throw new NotImplementedException();

    /// <summary>Renders what the model is to answer: all messages, then the header of the assistant's turn. No token is learnt.</summary>
    /// <exception cref="UserErrorException">The template refuses the conversation.</exception>
    public RenderedRow RenderPrompt(Conversation conversation) => throw new NotImplementedException();
}
