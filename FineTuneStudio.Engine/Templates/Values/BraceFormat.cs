using System.Globalization;
using System.Text;

namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Python's <c>'{}'.format(...)</c>, with attributes and items read through the sandbox.</summary>
internal sealed class BraceFormat(RenderState state, object[] positional, PyDict? named, bool escape)
{
    private const int MostDepth = 2;
    private int _next;
    private bool? _automatic;

    public string Run(string format, int depth = MostDepth)
    {
        if (depth < 0)
        {
            throw TemplateException.Value("The format nests its fields too deeply.");
        }

        var result = new StringBuilder(format.Length + 16);
        for (var at = 0; at < format.Length; at++)
        {
            var unit = format[at];
            if (unit is not ('{' or '}'))
            {
                result.Append(unit);
            }
            else if (at + 1 < format.Length && format[at + 1] == unit)
            {
                result.Append(unit);
                at++;
            }
            else if (unit == '}')
            {
                throw TemplateException.Value("The format has a single '}'; write '}}' for the character.");
            }
            else
            {
                var end = EndOfField(format, at + 1);
                result.Append(Field(format[(at + 1)..end], depth));
                at = end;
            }

            state.RequireCharacters(result.Length);
        }

        return result.ToString();
    }

    private static int EndOfField(string format, int from)
    {
        var open = 1;
        var inBrackets = false;
        for (var at = from; at < format.Length; at++)
        {
            switch (format[at])
            {
                case '[' when open == 1:
                    inBrackets = true;
                    break;
                case ']':
                    inBrackets = false;
                    break;
                case '{' when !inBrackets:
                    open++;
                    break;
                case '}' when !inBrackets && --open == 0:
                    return at;
            }
        }

        throw TemplateException.Value("The format has a '{' without its '}'; write '{{' for the character.");
    }

    private string Field(string field, int depth)
    {
        var colon = IndexOutsideBrackets(field, ':');
        var bang = IndexOutsideBrackets(field, '!');
        var spec = "";
        char? conversion = null;
        var name = field;
        if (bang >= 0 && (colon < 0 || bang < colon))
        {
            name = field[..bang];
            conversion = bang + 1 < field.Length ? field[bang + 1] : throw TemplateException.Value("The format ends within a conversion.");
            if (bang + 2 < field.Length && field[bang + 2] != ':')
            {
                throw TemplateException.Value("A conversion in the format is one letter: !r, !s or !a.");
            }

            spec = bang + 2 < field.Length ? field[(bang + 3)..] : "";
        }
        else if (colon >= 0)
        {
            name = field[..colon];
            spec = field[(colon + 1)..];
        }

        var value = Resolve(name);
        spec = Run(spec, depth - 1);
        value = conversion switch
        {
            null => value,
            's' => PyText.Str(value),
            'r' or 'a' => PyText.Repr(value),
            _ => throw TemplateException.Value($"The format has no conversion '!{conversion}'; use !r or !s."),
        };
        return escape ? (spec.Length == 0 ? Markup.Escape(value) : Markup.Escape((object)FormatSpec.Apply(value, spec))) : FormatSpec.Apply(value, spec);
    }

    private static int IndexOutsideBrackets(string field, char wanted)
    {
        var inBrackets = false;
        for (var i = 0; i < field.Length; i++)
        {
            inBrackets = field[i] switch { '[' => true, ']' => false, _ => inBrackets };
            if (!inBrackets && field[i] == wanted)
            {
                return i;
            }
        }

        return -1;
    }

    private object Resolve(string name)
    {
        var end = name.AsSpan().IndexOfAny('.', '[');
        var first = end < 0 ? name : name[..end];
        var value = First(first);
        while (end >= 0 && end < name.Length)
        {
            if (name[end] == '.')
            {
                var next = name.AsSpan(end + 1).IndexOfAny('.', '[');
                var stop = next < 0 ? name.Length : end + 1 + next;
                value = Member.Attribute(state, value, RequireName(name[(end + 1)..stop]));
                end = stop;
            }
            else if (name[end] == '[')
            {
                var close = name.IndexOf(']', end);
                if (close < 0)
                {
                    throw TemplateException.Value("A field of the format lacks its ']'.");
                }

                var key = RequireName(name[(end + 1)..close]);
                value = Member.Item(state, value, IsNumber(key) ? Boxed.Of(long.Parse(key, CultureInfo.InvariantCulture)) : key);
                end = close + 1;
            }
            else
            {
                throw TemplateException.Value("After ']' in a field of the format only '.' or '[' may follow.");
            }
        }

        return value;
    }

    private object First(string name)
    {
        if (name.Length == 0 || IsNumber(name))
        {
            var automatic = name.Length == 0;
            if (_automatic is { } before && before != automatic)
            {
                throw TemplateException.Value("The format mixes numbered and unnumbered fields; use one kind.");
            }

            _automatic = automatic;
            var index = automatic ? _next++ : int.TryParse(name, CultureInfo.InvariantCulture, out var given) ? given : int.MaxValue;
            return index < positional.Length
                ? positional[index]
                : throw new TemplateException(TemplateFaultKind.Lookup, $"The format needs value number {index}, but {positional.Length} are given.");
        }

        return named?.Find(name) ?? throw new TemplateException(TemplateFaultKind.Lookup, $"The format needs a value named '{name}'.");
    }

    private static string RequireName(string name) => name.Length > 0 ? name : throw TemplateException.Value("A field of the format has an empty attribute.");

    private static bool IsNumber(string text) => text.Length is > 0 and < 18 && text.All(char.IsAsciiDigit);
}
