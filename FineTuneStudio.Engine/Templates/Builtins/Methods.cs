using System.Collections.Frozen;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>Methods of list, dict and tuple; those of text stand in <see cref="TextMethods"/>.</summary>
internal static class Methods
{
    public static readonly FrozenDictionary<string, Builtin> OfText = TextMethods.All.ToFrozenDictionary(method => method.Name);

    public static readonly FrozenDictionary<string, Builtin> OfList = ListMethods().ToFrozenDictionary(method => method.Name);

    public static readonly FrozenDictionary<string, Builtin> OfDict = DictMethods().ToFrozenDictionary(method => method.Name);

    public static readonly FrozenDictionary<string, Builtin> OfTuple = SequenceMethods().ToFrozenDictionary(method => method.Name);

    /// <summary>Methods that change their value, which the sandbox hides.</summary>
    public static readonly FrozenSet<Builtin> Changing =
    [
        .. OfList.Values.Where(method => method.Name is "append" or "clear" or "pop" or "reverse" or "insert" or "sort" or "extend" or "remove"),
        .. OfDict.Values.Where(method => method.Name is "clear" or "pop" or "popitem" or "setdefault" or "update"),
    ];

    /// <summary>Python's own attributes of a dict, which hide keys of that name.</summary>
    public static readonly FrozenSet<string> DictInternals =
        """
        __class__ __class_getitem__ __contains__ __delattr__ __delitem__ __dir__ __doc__ __eq__ __format__ __ge__ __getattribute__ __getitem__
        __getstate__ __gt__ __hash__ __init__ __init_subclass__ __ior__ __iter__ __le__ __len__ __lt__ __ne__ __new__ __or__ __reduce__
        __reduce_ex__ __repr__ __reversed__ __ror__ __setattr__ __setitem__ __sizeof__ __str__ __subclasshook__
        """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet();

    /// <summary>The reference's own attributes of an undefined value; any other name fails at once.</summary>
    public static readonly FrozenSet<string> UndefinedInternals =
        """
        __add__ __aiter__ __bool__ __call__ __class__ __complex__ __delattr__ __dir__ __div__ __doc__ __eq__ __float__ __floordiv__ __format__
        __ge__ __getattr__ __getattribute__ __getitem__ __getstate__ __gt__ __hash__ __init__ __init_subclass__ __int__ __iter__ __le__ __len__
        __lt__ __mod__ __module__ __mul__ __ne__ __neg__ __new__ __pos__ __pow__ __radd__ __rdiv__ __reduce__ __reduce_ex__ __repr__ __rfloordiv__
        __rmod__ __rmul__ __rpow__ __rsub__ __rtruediv__ __setattr__ __sizeof__ __slots__ __str__ __sub__ __subclasshook__ __truediv__
        _fail_with_undefined_error _undefined_exception _undefined_hint _undefined_message _undefined_name _undefined_obj
        """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet();

    private static IEnumerable<Builtin> SequenceMethods()
    {
        yield return Builtin.Method("count", "value /", (state, a) => Boxed.Of((long)PyIteration.ToList(state, a[0]!).Count(item => PyCompare.Equal(item, a[1]!))));
        yield return Builtin.Method("index", "value start? stop? /", (state, a) =>
        {
            var items = PyIteration.ToList(state, a[0]!);
            var start = Parameters.Int(a[2], 0, "The start of index");
            var stop = Parameters.Int(a[3], items.Count, "The stop of index");
            start = Math.Max(0, start < 0 ? start + items.Count : start);
            stop = Math.Min(items.Count, stop < 0 ? stop + items.Count : stop);
            for (var i = start; i < stop; i++)
            {
                if (PyCompare.Equal(items[i], a[1]!))
                {
                    return Boxed.Of(i);
                }
            }

            throw TemplateException.Value($"{PyText.Repr(a[1]!)} is not in the list; test with 'in' first.");
        });
    }

    private static IEnumerable<Builtin> ListMethods()
    {
        foreach (var method in SequenceMethods())
        {
            yield return method;
        }

        yield return Builtin.Method("copy", "", (_, a) => new PyList([.. Items(a)]) { MadeByTemplate = true });
        yield return Change("append", "value /", (state, a) =>
        {
            state.RequireItems(Items(a).Count + 1L);
            Items(a).Add(a[1]!);
        });
        yield return Change("clear", "", (_, a) => Items(a).Clear());
        yield return Change("reverse", "", (_, a) => Items(a).Reverse());
        yield return Change("insert", "index value /", (_, a) =>
        {
            var index = Parameters.Int(a[1], 0, "The index of insert");
            var count = Items(a).Count;
            Items(a).Insert(Math.Clamp(index < 0 ? index + count : index, 0, count), a[2]!);
        });
        yield return Change("extend", "items /", (state, a) => Items(a).AddRange(PyIteration.ToList(state, a[1]!)));
        yield return Change("remove", "value /", (_, a) =>
        {
            var index = Items(a).FindIndex(item => PyCompare.Equal(item, a[1]!));
            if (index < 0)
            {
                throw TemplateException.Value($"{PyText.Repr(a[1]!)} is not in the list; test with 'in' first.");
            }

            Items(a).RemoveAt(index);
        });
        yield return Change("sort", "/ key? reverse?", (_, a) =>
        {
            var items = PySort.Sort(Items(a), item => item, Parameters.Flag(a[2]));
            Items(a).Clear();
            Items(a).AddRange(items);
        });
        yield return Builtin.Method("pop", "index? /", (_, a) =>
        {
            var items = Items(a);
            var index = Parameters.Int(a[1], -1, "The index of pop");
            index = index < 0 ? index + items.Count : index;
            if (index < 0 || index >= items.Count)
            {
                throw new TemplateException(TemplateFaultKind.Lookup, $"pop finds no item there; the list has {items.Count}.");
            }

            var item = items[index];
            items.RemoveAt(index);
            return item;
        });
    }

    private static IEnumerable<Builtin> DictMethods()
    {
        yield return Builtin.Method("keys", "", (_, a) => new PyDictView(Dict(a), PyDictViewKind.Keys));
        yield return Builtin.Method("values", "", (_, a) => new PyDictView(Dict(a), PyDictViewKind.Values));
        yield return Builtin.Method("items", "", (_, a) => new PyDictView(Dict(a), PyDictViewKind.Items));
        yield return Builtin.Method("get", "key default? /", (_, a) => Dict(a).Find(a[1]!) ?? a[2] ?? None.Value);
        yield return Builtin.Method("copy", "", (_, a) => Dict(a).Copy());
        yield return Builtin.Method("fromkeys", "keys value? /", (state, a) => FromKeys(state, a[1]!, a[2]));
        yield return Change("clear", "", (_, a) => Dict(a).Clear());
        yield return Change("update", "other? /", (state, a) =>
        {
            if (a[1] is { } other)
            {
                Dict(a).Update(Globals.ToDict(state, other, null));
            }
        });
        yield return Builtin.Method("pop", "key default? /", (_, a) => Dict(a).Remove(a[1]!) ?? a[2]
            ?? throw new TemplateException(TemplateFaultKind.Lookup, $"The dict has no key {PyText.Repr(a[1]!)}; give pop a default."));
        yield return Builtin.Method("popitem", "", (_, a) =>
        {
            var dict = Dict(a);
            if (dict.Count == 0)
            {
                throw new TemplateException(TemplateFaultKind.Lookup, "The dict is empty; test it first.");
            }

            var last = dict[dict.Count - 1];
            dict.Remove(last.Key);
            return new PyTuple(last.Key, last.Value);
        });
        yield return Builtin.Method("setdefault", "key default? /", (_, a) =>
        {
            if (Dict(a).Find(a[1]!) is { } found)
            {
                return found;
            }

            Dict(a).Set(a[1]!, a[2] ?? None.Value);
            return a[2] ?? None.Value;
        });
    }

    /// <summary><c>dict.fromkeys</c>.</summary>
    public static PyDict FromKeys(RenderState state, object keys, object? value)
    {
        var dict = new PyDict { MadeByTemplate = true };
        foreach (var key in PyIteration.Items(state, keys))
        {
            dict.Set(key, value ?? None.Value);
        }

        return dict;
    }

    private static Builtin Change(string name, string signature, Action<RenderState, object?[]> body) => Builtin.Method(name, signature, (state, a) =>
    {
        body(state, a);
        return None.Value;
    });

    private static List<object> Items(object?[] arguments) => ((PyList)arguments[0]!).Items;

    private static PyDict Dict(object?[] arguments) => (PyDict)arguments[0]!;
}
