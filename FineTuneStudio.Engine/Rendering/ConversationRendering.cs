using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Templates;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Rendering;

/// <summary>One conversation, read once, and rendered whole, in part, or with one of its messages exchanged.</summary>
internal sealed class ConversationRendering
{
    /// <summary>Stands for what an assistant says; of characters that no text uses, so that it is found again.</summary>
    private const string Stand = "\uE0F0\uE1F1\uE2F2";

    private readonly ChatTemplate _template;
    private readonly TemplateInput _input;
    private readonly List<object> _messages;
    private readonly PyDict? _toolList;

    public ConversationRendering(ChatTemplate template, TemplateInput input)
    {
        _template = template;
        _input = input;
        _messages = ChatTemplate.ReadMessages(input.Conversation.Messages) is PyList list
            ? list.Items
            : throw new UserErrorException("messages", "A conversation is an array of messages.");
        MessageReader.Prepare(_messages, template.ReadsArgumentsAsText);
        if (!ToolText.WritesCalls(template))
        {
            WriteCalls();
        }

        if (input.Conversation.Tools is { ValueKind: JsonValueKind.Array } tools && tools.GetArrayLength() > 0 && !ToolText.ListsTools(template))
        {
            _toolList = ListTools(ToolText.List(tools));
        }
    }

    public int Count => _messages.Count;

    public bool IsAssistant(int index) => _messages[index] is PyDict message && PyText.Raw(message.Find("role") ?? "") == "assistant";

    public bool HasToolCalls(int index) => _messages[index] is PyDict message && message.Find("tool_calls") is PyList { Items.Count: > 0 };

    /// <summary>1 for what the assistant says, unless the message has a weight of its own.</summary>
    public float[] DefaultWeights()
    {
        var weights = new float[Count];
        var index = 0;
        foreach (var message in _input.Conversation.Messages.EnumerateArray())
        {
            weights[index] = !IsAssistant(index) ? 0
                : message.TryGetProperty("weight", out var weight) && weight.ValueKind == JsonValueKind.Number ? (float)weight.GetDouble() : 1;
            index++;
        }

        return weights;
    }

    /// <exception cref="UserErrorException">The template refuses the conversation.</exception>
    public RenderedTemplate Whole() => Required(_messages, addGenerationPrompt: false);

    /// <summary>All messages and the header of the assistant's turn.</summary>
    /// <exception cref="UserErrorException">The template refuses the conversation.</exception>
    public RenderedTemplate Prompt() => Required(_messages, addGenerationPrompt: true);

    /// <summary>The first messages, with or without the header of the assistant's turn; <see langword="null"/> where the template refuses them.</summary>
    public RenderedTemplate? First(int count, bool addGenerationPrompt) => Try(_messages[..count], addGenerationPrompt);

    /// <summary>All messages, but with the words of one exchanged for a stand-in; <see langword="null"/> where the template refuses that.</summary>
    public string? Twin(int index) => Shown(Exchange(index, Said()));

    /// <summary>As <see cref="Twin"/>, but with the tool calls kept and the last one's arguments exchanged.</summary>
    public string? ToolTwin(int index) => MessageReader.WithLastArguments((PyDict)_messages[index], Stand) is { } message ? Shown(Exchange(index, message)) : null;

    /// <summary>What stands behind the words of a turn, up to where the next answer begins; <see langword="null"/> where the template does not tell.</summary>
    /// <remarks>The end that the prompt and a twin of it have in common: it may begin with the last words of the turn itself.</remarks>
    public string? Behind(int index)
    {
        var text = Prompt().Text;
        var call = HasToolCalls(index) ? MessageReader.WithLastArguments((PyDict)_messages[index], Stand) : null;
        foreach (var other in new[] { call, Said() }.OfType<PyDict>())
        {
            if (Shown(Try([.. _messages[..index], other, .. _messages[(index + 1)..]], addGenerationPrompt: true)) is { } twin)
            {
                return text[^RenderedText.CommonEnd(text, twin)..];
            }
        }

        return null;
    }

    /// <summary>What the template writes behind the words of a last turn; <see langword="null"/> where it refuses to.</summary>
    public string? EndOfLastTurn(int index)
    {
        var text = Try([.. _messages[..index], Said()], addGenerationPrompt: false)?.Text;
        var found = text?.LastIndexOf(Stand, StringComparison.Ordinal) ?? -1;
        return found < 0 ? null : text![(found + Stand.Length)..];
    }

    // What a template without tools would leave out becomes the words of the message.
    private void WriteCalls()
    {
        var index = 0;
        foreach (var message in _input.Conversation.Messages.EnumerateArray())
        {
            if (ToolText.WithCalls(message) is { } text && _messages[index] is PyDict calling)
            {
                calling.Set("content", text);
                calling.Remove("tool_calls");
            }

            index++;
        }
    }

    // A system message before all others, or nothing where there is one that takes the list in.
    private PyDict? ListTools(string list)
    {
        if (_messages is [PyDict first, ..] && PyText.Raw(first.Find("role") ?? "") == "system" && first.Find("content") is string said)
        {
            first.Set("content", $"{said}\n\n{list}");
            return null;
        }

        var system = new PyDict();
        system.Set("role", "system");
        system.Set("content", list);
        return system;
    }

    private PyList Listed(List<object> messages) => new(_toolList is null ? messages : [_toolList, .. messages]);

    // A template that does not write the stand-in says nothing about where the words are.
    private static string? Shown(RenderedTemplate? rendered) => rendered?.Text is { } text && text.Contains(Stand, StringComparison.Ordinal) ? text : null;

    private static PyDict Said()
    {
        var message = new PyDict();
        message.Set("role", "assistant");
        message.Set("content", Stand);
        return message;
    }

    private RenderedTemplate? Exchange(int index, PyDict message) => Try([.. _messages[..index], message, .. _messages[(index + 1)..]], addGenerationPrompt: false);

    private RenderedTemplate? Try(List<object> messages, bool addGenerationPrompt) =>
        _template.TryRender(_input with { AddGenerationPrompt = addGenerationPrompt }, Listed(messages), out var rendered, out _) ? rendered : null;

    private RenderedTemplate Required(List<object> messages, bool addGenerationPrompt) =>
        _template.TryRender(_input with { AddGenerationPrompt = addGenerationPrompt }, Listed(messages), out var rendered, out var fault)
            ? rendered
            : throw new UserErrorException([fault.ToUserError()]);
}
