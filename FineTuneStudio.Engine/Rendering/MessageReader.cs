using System.Text.Json;
using FineTuneStudio.Engine.Templates;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Rendering;

/// <summary>Brings messages in OpenAI's format into the form that chat templates are written for.</summary>
internal static class MessageReader
{
    /// <summary>
    /// Takes the loss weights off, and makes objects of tool calls' arguments, which OpenAI's format writes as JSON text and most
    /// templates write as JSON themselves (they would quote it twice).
    /// </summary>
    /// <param name="messages">Messages; changed in place.</param>
    /// <param name="keepArgumentText">The template looks at whether arguments are text, and writes them as they are.</param>
    public static void Prepare(List<object> messages, bool keepArgumentText)
    {
        foreach (var message in messages.OfType<PyDict>())
        {
            message.Remove("weight");
            if (!keepArgumentText && message.Find("tool_calls") is PyList calls)
            {
                foreach (var function in calls.Items.OfType<PyDict>().Select(Function))
                {
                    if (function.Find("arguments") is string text && ReadObject(text) is { } arguments)
                    {
                        function.Set("arguments", arguments);
                    }
                }
            }
        }
    }

    /// <summary>A copy of a message whose last tool call has other arguments; <see langword="null"/> where it has no call.</summary>
    public static PyDict? WithLastArguments(PyDict message, string text)
    {
        if (message.Find("tool_calls") is not PyList { Items: [.., PyDict last] } calls || Function(last).Find("arguments") is not { } arguments)
        {
            return null;
        }

        var function = Function(last).Copy();
        var stand = new PyDict();
        stand.Set(text, text);
        function.Set("arguments", arguments is string ? text : stand);
        var call = last;
        if (!ReferenceEquals(Function(last), last))
        {
            call = last.Copy();
            call.Set("function", function);
        }
        else
        {
            call = function;
        }

        var copy = message.Copy();
        copy.Set("tool_calls", new PyList([.. calls.Items[..^1], call]));
        return copy;
    }

    private static PyDict Function(PyDict call) => call.Find("function") as PyDict ?? call;

    private static object? ReadObject(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object ? JsonValues.From(document.RootElement) : null;
        }
        catch (JsonException)
        {
            // Not JSON after all: the template gets the text that the dataset has.
            return null;
        }
    }
}
