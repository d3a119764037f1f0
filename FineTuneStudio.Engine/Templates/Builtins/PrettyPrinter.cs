using System.Text;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>Python's <c>pprint.pformat</c>: 80 columns, sorted keys.</summary>
internal sealed class PrettyPrinter
{
    private const int Width = 80;
    private readonly StringBuilder _result = new();

    public string Format(object value)
    {
        Write(value, 0, 0, isTop: true);
        return _result.ToString();
    }

    private void Write(object value, int indent, int allowance, bool isTop = false)
    {
        var text = OneLine(value);
        if (PyText.Length(text) <= Width - indent - allowance)
        {
            _result.Append(text);
            return;
        }

        switch (value)
        {
            case PyDict dict:
                _result.Append('{');
                WriteEntries(dict, indent + 1, allowance + 1);
                _result.Append('}');
                break;
            case PyList list:
                _result.Append('[');
                WriteItems(list.Items, indent + 1, allowance + 1);
                _result.Append(']');
                break;
            case PyTuple and not GroupTuple:
                var items = ((PyTuple)value).Items;
                var close = items.Length == 1 ? ",)" : ")";
                _result.Append('(');
                WriteItems(items, indent + 1, allowance + close.Length);
                _result.Append(close);
                break;
            case string long_:
                WriteText(long_, text, indent + (isTop ? 1 : 0), allowance + (isTop ? 1 : 0), isTop);
                break;
            default:
                _result.Append(text);
                break;
        }
    }

    private void WriteItems(IReadOnlyList<object> items, int indent, int allowance)
    {
        for (var i = 0; i < items.Count; i++)
        {
            Break(i, indent);
            Write(items[i], indent, i == items.Count - 1 ? allowance : 1);
        }
    }

    private void WriteEntries(PyDict dict, int indent, int allowance)
    {
        var entries = Sorted(dict);
        for (var i = 0; i < entries.Count; i++)
        {
            Break(i, indent);
            var key = OneLine(entries[i].Key);
            _result.Append(key).Append(": ");
            Write(entries[i].Value, indent + PyText.Length(key) + 2, i == entries.Count - 1 ? allowance : 1);
        }
    }

    private void Break(int position, int indent)
    {
        if (position > 0)
        {
            _result.Append(",\n").Append(' ', indent);
        }
    }

    private void WriteText(string text, string whole, int indent, int allowance, bool isTop)
    {
        var chunks = new List<string>();
        var lines = TextSplitting.Lines(text, keepEnds: true);
        for (var i = 0; i < lines.Count; i++)
        {
            var isLast = i == lines.Count - 1;
            var quoted = PyText.Repr(lines[i]);
            if (PyText.Length(quoted) <= Width - indent - (isLast ? allowance : 0))
            {
                chunks.Add(quoted);
            }
            else
            {
                AddWords(chunks, Words(lines[i]), Width - indent, isLast ? allowance : 0);
            }
        }

        if (chunks.Count == 1)
        {
            _result.Append(whole);
            return;
        }

        _result.Append(isTop ? "(" : "").AppendJoin("\n" + new string(' ', indent), chunks).Append(isTop ? ")" : "");
    }

    private static void AddWords(List<string> chunks, List<string> words, int width, int allowance)
    {
        var current = "";
        for (var i = 0; i < words.Count; i++)
        {
            var room = width - (i == words.Count - 1 ? allowance : 0);
            if (PyText.Length(PyText.Repr(current + words[i])) > room)
            {
                if (current.Length > 0)
                {
                    chunks.Add(PyText.Repr(current));
                }

                current = words[i];
            }
            else
            {
                current += words[i];
            }
        }

        if (current.Length > 0)
        {
            chunks.Add(PyText.Repr(current));
        }
    }

    /// <summary>Words, each with the white space behind it.</summary>
    private static List<string> Words(string line)
    {
        var words = new List<string>();
        var start = 0;
        for (var i = 1; i <= line.Length; i++)
        {
            if (i == line.Length || (PyText.IsSpace(line[i - 1]) && !PyText.IsSpace(line[i])))
            {
                words.Add(line[start..i]);
                start = i;
            }
        }

        return words;
    }

    private static string OneLine(object value)
    {
        PyText.RequireStack();
        return value switch
        {
            PyDict dict => "{" + string.Join(", ", Sorted(dict).Select(entry => $"{OneLine(entry.Key)}: {OneLine(entry.Value)}")) + "}",
            PyList list => "[" + string.Join(", ", list.Items.Select(OneLine)) + "]",
            PyTuple and not GroupTuple => "(" + string.Join(", ", ((PyTuple)value).Items.Select(OneLine)) + (((PyTuple)value).Items.Length == 1 ? ",)" : ")"),
            _ => PyText.Repr(value),
        };
    }

    private static List<KeyValuePair<object, object>> Sorted(PyDict dict)
    {
        var entries = dict.Entries.ToArray();
        try
        {
            return PySort.Sort(entries, entry => entry.Key);
        }
        catch (TemplateException)
        {
            // Keys without an order stand by the names of their types.
            return PySort.Sort(entries, entry => PyType.Name(entry.Key));
        }
    }
}
