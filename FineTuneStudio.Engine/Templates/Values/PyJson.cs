using System.Globalization;
using System.Text;

namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Python's <c>json.dumps</c>.</summary>
internal sealed class PyJson(RenderState state, bool ensureAscii, string? indent, string itemSeparator, string keySeparator, bool sortKeys)
{
    private readonly StringBuilder _result = new();

    public string Run(object value)
    {
        Write(value, 0);
        return _result.ToString();
    }

    private void Write(object value, int depth)
    {
        state.RequireCharacters(_result.Length);
        switch (value)
        {
            case string or Markup:
                WriteText(PyText.Raw(value)!);
                return;
            case None:
                _result.Append("null");
                return;
            case bool flag:
                _result.Append(flag ? "true" : "false");
                return;
            case double number:
                _result.Append(Number(number));
                return;
            case long or System.Numerics.BigInteger:
                _result.Append(PyText.Repr(value));
                return;
        }

        PyText.RequireStack();
        switch (value)
        {
            case PyDict dict:
                WriteDict(dict, depth);
                return;
            case PyList list:
                WriteItems(list.Items, depth);
                return;
            case PyTuple tuple:
                WriteItems(tuple.Items, depth);
                return;
            default:
                throw TemplateException.Type($"{PyType.Describe(value)} cannot be written as JSON; make it a list, a dict, text or a number (list and string filters).");
        }
    }

    private void WriteItems(IReadOnlyList<object> items, int depth)
    {
        if (items.Count == 0)
        {
            _result.Append("[]");
            return;
        }

        _result.Append('[');
        for (var i = 0; i < items.Count; i++)
        {
            state.Step();
            Separate(i > 0, depth + 1);
            Write(items[i], depth + 1);
        }

        BreakLine(depth);
        _result.Append(']');
    }

    private void WriteDict(PyDict dict, int depth)
    {
        if (dict.Count == 0)
        {
            _result.Append("{}");
            return;
        }

        var entries = dict.Entries.ToArray();
        if (sortKeys)
        {
            entries = [.. PySort.Sort(entries, entry => entry.Key)];
        }

        _result.Append('{');
        for (var i = 0; i < entries.Length; i++)
        {
            state.Step();
            Separate(i > 0, depth + 1);
            WriteText(Key(entries[i].Key));
            _result.Append(keySeparator);
            Write(entries[i].Value, depth + 1);
        }

        BreakLine(depth);
        _result.Append('}');
    }

    private static string Key(object key) => key switch
    {
        string or Markup => PyText.Raw(key)!,
        double number => Number(number),
        bool flag => flag ? "true" : "false",
        None => "null",
        long or System.Numerics.BigInteger => PyText.Repr(key),
        _ => throw TemplateException.Type($"A key in JSON is a text or a number, not {PyType.Describe(key)}."),
    };

    private static string Number(double value) => double.IsNaN(value) ? "NaN"
        : double.IsInfinity(value) ? (value > 0 ? "Infinity" : "-Infinity") : FloatText.Repr(value);

    private void Separate(bool further, int depth)
    {
        if (further)
        {
            _result.Append(itemSeparator);
        }

        BreakLine(depth);
    }

    private void BreakLine(int depth)
    {
        if (indent is not null)
        {
            _result.Append('\n');
            for (var i = 0; i < depth; i++)
            {
                _result.Append(indent);
            }
        }
    }

    private void WriteText(string text)
    {
        _result.Append('"');
        foreach (var unit in text)
        {
            _ = unit switch
            {
                '"' => _result.Append("\\\""),
                '\\' => _result.Append("\\\\"),
                '\n' => _result.Append("\\n"),
                '\r' => _result.Append("\\r"),
                '\t' => _result.Append("\\t"),
                '\f' => _result.Append("\\f"),
                '\b' => _result.Append("\\b"),
                < ' ' => _result.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
                > '~' when ensureAscii => _result.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
                _ => _result.Append(unit),
            };
        }

        _result.Append('"');
    }
}
