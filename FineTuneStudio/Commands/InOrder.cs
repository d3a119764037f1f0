namespace FineTuneStudio.Commands;

/// <summary>Passes on what comes out of order in order, each as soon as all before it have come.</summary>
/// <param name="count">How many will come.</param>
/// <param name="pass">Takes the next one.</param>
internal sealed class InOrder<T>(int count, Action<T> pass)
    where T : class
{
    private readonly T?[] _waiting = new T?[count];
    private int _next;

    /// <summary>Takes one in.</summary>
    public void Add(int place, T item)
    {
        _waiting[place] = item;
        for (; _next < count && _waiting[_next] is { } ready; _next++)
        {
            pass(ready);
            _waiting[_next] = null;
        }
    }
}
