using System.Globalization;
using System.Text;

namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Python's <c>repr()</c> of containers and text.</summary>
internal static class PyRepr
{
    public static void Append(StringBuilder result, object value)
    {
        switch (value)
        {
            case string text:
                AppendText(result, text);
                return;
            case Markup markup:
                result.Append("Markup(");
                AppendText(result, markup.Text);
                result.Append(')');
                return;
        }

        PyText.RequireStack();
        switch (value)
        {
            case PyList list:
                AppendItems(result, '[', list.Items, ']');
                return;
            case PyTuple tuple:
                AppendItems(result, '(', tuple.Items, tuple.Items.Length == 1 ? ",)" : ")");
                return;
            case PyDict dict:
                AppendDict(result, dict);
                return;
            case PyDictView view:
                result.Append(PyType.Name(view)).Append('(');
                AppendItems(result, '[', [.. Enumerable.Range(0, view.Dict.Count).Select(view.At)], "])");
                return;
            case PyRange range:
                result.Append(CultureInfo.InvariantCulture, $"range({range.Start}, {range.Stop}");
                result.Append(range.Step == 1 ? ")" : string.Create(CultureInfo.InvariantCulture, $", {range.Step})"));
                return;
            case PyBytes bytes:
                AppendBytes(result, bytes.Bytes);
                return;
            case Undefined:
                result.Append("Undefined");
                return;
            case Namespace scope:
                result.Append("<Namespace ");
                AppendDict(result, scope.Attributes);
                result.Append('>');
                return;
            case LoopContext loop:
                result.Append(CultureInfo.InvariantCulture, $"<LoopContext {loop.Index}/{loop.Length}>");
                return;
            case PyCallable callable:
                result.Append(callable);
                return;
            case PyIterator:
                result.Append('<').Append(PyType.Name(value)).Append(" object>");
                return;
            case Cycler:
                result.Append("<jinja2.utils.Cycler object>");
                return;
            default:
                result.Append(PyText.Repr(value));
                return;
        }
    }

    /// <summary>Text in quotes as Python writes it: single ones, unless only double ones save an escape.</summary>
    public static void AppendText(StringBuilder result, string text)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        result.Append(quote);
        foreach (var codePoint in PyText.CodePoints(text))
        {
            AppendCharacter(result, codePoint, quote);
        }

        result.Append(quote);
    }

    private static void AppendCharacter(StringBuilder result, int codePoint, char quote)
    {
        _ = codePoint switch
        {
            '\\' => result.Append("\\\\"),
            '\n' => result.Append("\\n"),
            '\r' => result.Append("\\r"),
            '\t' => result.Append("\\t"),
            _ when codePoint == quote => result.Append('\\').Append(quote),
            >= ' ' and < 127 => result.Append((char)codePoint),
            _ when UnicodeText.IsPrintable(codePoint) => result.Append(PyText.Character(codePoint)),
            < 0x100 => result.Append(CultureInfo.InvariantCulture, $"\\x{codePoint:x2}"),
            < 0x10000 => result.Append(CultureInfo.InvariantCulture, $"\\u{codePoint:x4}"),
            _ => result.Append(CultureInfo.InvariantCulture, $"\\U{codePoint:x8}"),
        };
    }

    private static void AppendItems(StringBuilder result, char open, IReadOnlyList<object> items, object close)
    {
        result.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            result.Append(i == 0 ? "" : ", ");
            AppendValue(result, items[i]);
        }

        result.Append(close);
    }

    private static void AppendDict(StringBuilder result, PyDict dict)
    {
        result.Append('{');
        for (var i = 0; i < dict.Count; i++)
        {
            result.Append(i == 0 ? "" : ", ");
            AppendValue(result, dict[i].Key);
            result.Append(": ");
            AppendValue(result, dict[i].Value);
        }

        result.Append('}');
    }

    private static void AppendValue(StringBuilder result, object value)
    {
        if (value is long or bool or double or None or System.Numerics.BigInteger)
        {
            result.Append(PyText.Repr(value));
        }
        else
        {
            Append(result, value);
        }
    }

    private static void AppendBytes(StringBuilder result, byte[] bytes)
    {
        var quote = bytes.Contains((byte)'\'') && !bytes.Contains((byte)'"') ? '"' : '\'';
        result.Append('b').Append(quote);
        foreach (var value in bytes)
        {
            if (value is >= (byte)' ' and < 127 or (byte)'\n' or (byte)'\r' or (byte)'\t')
            {
                AppendCharacter(result, value, quote);
            }
            else
            {
                result.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
            }
        }

        result.Append(quote);
    }
}
