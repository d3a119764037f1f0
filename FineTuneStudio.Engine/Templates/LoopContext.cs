using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates;

/// <summary>The special variable <c>loop</c>.</summary>
internal sealed class LoopContext : PyCallable
{
    private readonly RenderState _state;
    private readonly object _iterable;
    private readonly Func<object, int, object>? _recurse;
    private IEnumerator<object> _items;
    private object? _after;
    private object? _current;
    private object? _before;
    private object[]? _lastChanged;
    private int? _length;

    /// <param name="state">The rendering.</param>
    /// <param name="iterable">What the loop goes through.</param>
    /// <param name="recurse">Renders the loop again over other items at a depth; <see langword="null"/> where the loop is not recursive.</param>
    /// <param name="depth">How deep a recursive loop is, from 0.</param>
    public LoopContext(RenderState state, object iterable, Func<object, int, object>? recurse, int depth)
    {
        _state = state;
        _iterable = iterable;
        _items = PyIteration.Enumerate(state, iterable);
        _recurse = recurse;
        Depth = depth;
    }

    public override string TypeName => "LoopContext";

    public int Index => Index0 + 1;

    public int Length
    {
        get
        {
            if (_length is null)
            {
                _length = PyIteration.LengthOf(_iterable);
                if (_length is null)
                {
                    var rest = new List<object>();
                    while (_items.MoveNext())
                    {
                        rest.Add(_items.Current);
                    }

                    _items = rest.GetEnumerator();
                    _length = rest.Count + Index + (_after is null ? 0 : 1);
                }
            }

            return _length.Value;
        }
    }

    private int Depth { get; }

    private int Index0 { get; set; } = -1;

    /// <summary>The next item, or <see langword="null"/> at the end.</summary>
    public object? Next()
    {
        object item;
        if (_after is not null)
        {
            item = _after;
            _after = null;
        }
        else if (_items.MoveNext())
        {
            item = _items.Current;
        }
        else
        {
            return null;
        }

        Index0++;
        _before = _current;
        _current = item;
        return item;
    }

    /// <summary>A public attribute, or <see langword="null"/>.</summary>
    public object? Attribute(string name) => name switch
    {
        "index" => Boxed.Of(Index),
        "index0" => Boxed.Of(Index0),
        "first" => Boxed.Of(Index0 == 0),
        "last" => Boxed.Of(Peek() is null),
        "length" => Boxed.Of(Length),
        "revindex" => Boxed.Of(Length - Index0),
        "revindex0" => Boxed.Of(Length - Index),
        "depth" => Boxed.Of(Depth + 1),
        "depth0" => Boxed.Of(Depth),
        "previtem" => Index0 == 0 || _before is null ? Undefined.Because("There is no item before the first one; test loop.first.") : _before,
        "nextitem" => Peek() ?? Undefined.Because("There is no item after the last one; test loop.last."),
        "cycle" => new BoundMethod(this, CycleMethod),
        "changed" => new BoundMethod(this, ChangedMethod),
        _ => null,
    };

    public override object Call(RenderState state, object[] positional, PyDict? keywords)
    {
        if (_recurse is null)
        {
            throw TemplateException.Type("Only a loop written with 'recursive' can be called.");
        }

        return positional.Length == 1 && keywords is not { Count: > 0 }
            ? _recurse(positional[0], Depth + 1)
            : throw TemplateException.Type("loop(...) takes one thing to go through.");
    }

    private static readonly Builtin CycleMethod = Builtin.Method("cycle", "*items", (_, a) =>
    {
        var (loop, items) = ((LoopContext)a[0]!, ((PyTuple)a[1]!).Items);
        return items.Length > 0 ? items[loop.Index0 % items.Length] : throw TemplateException.Type("loop.cycle needs items.");
    });

    private static readonly Builtin ChangedMethod = Builtin.Method("changed", "*value", (_, a) => Boxed.Of(((LoopContext)a[0]!).Changed(((PyTuple)a[1]!).Items)));

    private bool Changed(object[] values)
    {
        if (_lastChanged is not null && PyCompare.Equal(new PyTuple(_lastChanged), new PyTuple(values)))
        {
            return false;
        }

        _lastChanged = values;
        return true;
    }

    private object? Peek()
    {
        if (_after is null && _items.MoveNext())
        {
            _after = _items.Current;
        }

        return _after;
    }
}
