namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>The global <c>cycler</c>'s object: its items in turn.</summary>
internal sealed class Cycler(object[] items)
{
    private int _position;

    public object[] Items { get; } = items;

    public object Current => Items[_position];

    public int Position => _position;

    public object Next()
    {
        var current = Current;
        _position = (_position + 1) % Items.Length;
        return current;
    }

    public void Reset() => _position = 0;
}
