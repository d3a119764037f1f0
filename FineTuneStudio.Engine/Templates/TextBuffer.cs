namespace FineTuneStudio.Engine.Templates;

/// <summary>Characters that grow at the end and can be taken off there again.</summary>
internal sealed class TextBuffer
{
    private char[] _characters = new char[4096];

    public int Length { get; private set; }

    public void Append(string text)
    {
        if (Length + text.Length > _characters.Length)
        {
            Array.Resize(ref _characters, Math.Max(Length + text.Length, _characters.Length * 2));
        }

        text.CopyTo(0, _characters, Length, text.Length);
        Length += text.Length;
    }

    /// <summary>Removes and returns everything from <paramref name="start"/> on.</summary>
    public string Take(int start)
    {
        var text = Length == start ? "" : new string(_characters, start, Length - start);
        Length = start;
        return text;
    }
}
