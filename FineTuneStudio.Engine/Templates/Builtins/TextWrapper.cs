using System.Text.RegularExpressions;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>Python's <c>textwrap.wrap</c>, as the <c>wordwrap</c> filter uses it.</summary>
internal sealed partial class TextWrapper(int width, bool breakLongWords, bool breakOnHyphens)
{
    public List<string> Wrap(string text)
    {
        if (width <= 0)
        {
            throw TemplateException.Value($"wordwrap's width must be above 0, not {width}.");
        }

        var pieces = (breakOnHyphens ? Words() : Blanks()).Split(text).Where(piece => piece.Length > 0).Reverse().ToList();
        var lines = new List<string>();
        while (pieces.Count > 0)
        {
            if (lines.Count > 0 && PyText.IsSpace(pieces[^1]))
            {
                pieces.RemoveAt(pieces.Count - 1);
            }

            var line = Line(pieces);
            if (line.Count > 0 && PyText.IsSpace(line[^1]))
            {
                line.RemoveAt(line.Count - 1);
            }

            if (line.Count > 0)
            {
                lines.Add(string.Concat(line));
            }
        }

        return lines;
    }

    private List<string> Line(List<string> pieces)
    {
        var line = new List<string>();
        var length = 0;
        while (pieces.Count > 0 && length + PyText.Length(pieces[^1]) <= width)
        {
            length += PyText.Length(pieces[^1]);
            line.Add(pieces[^1]);
            pieces.RemoveAt(pieces.Count - 1);
        }

        if (pieces.Count > 0 && PyText.Length(pieces[^1]) > width)
        {
            BreakWord(pieces, line, width - length);
        }

        return line;
    }

    private void BreakWord(List<string> pieces, List<string> line, int room)
    {
        var word = pieces[^1];
        if (!breakLongWords)
        {
            if (line.Count == 0)
            {
                line.Add(word);
                pieces.RemoveAt(pieces.Count - 1);
            }

            return;
        }

        var end = PyText.ToUnits(word, room);
        if (breakOnHyphens && PyText.Length(word) > room)
        {
            var hyphen = word[..end].LastIndexOf('-');
            if (hyphen > 0 && word[..hyphen].Any(unit => unit != '-'))
            {
                end = hyphen + 1;
            }
        }

        line.Add(word[..end]);
        pieces[^1] = word[end..];
    }

    [GeneratedRegex("""([\t\n\v\f\r ]+|(?<=[\w!"'&.,?])-{2,}(?=\w)|[^\t\n\v\f\r ]+?(?:-(?:(?<=[^\d\W]{2}-)|(?<=[^\d\W]-[^\d\W]-))(?=[^\d\W]-?[^\d\W])|(?=[\t\n\v\f\r ]|\z)|(?<=[\w!"'&.,?])(?=-{2,}\w)))""")]
    private static partial Regex Words();

    [GeneratedRegex("([\t\n\v\f\r ]+)")]
    private static partial Regex Blanks();
}
