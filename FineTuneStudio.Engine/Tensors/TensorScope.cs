namespace FineTuneStudio.Engine.Tensors;

/// <summary>Releases every tensor created on this thread while it is open, except those passed to <see cref="Keep(Tensor)"/>.</summary>
/// <remarks>
/// A <c>ref struct</c>, so that the compiler refuses a scope that would live across an <c>await</c> or a <c>yield</c>. What is kept passes to
/// the enclosing scope, or to the caller where there is none. Weights and optimizer state are taken out of every scope by
/// <see cref="Tensor.Own"/>; their owner disposes them.
/// </remarks>
public readonly ref struct TensorScope : IDisposable
{
    [ThreadStatic]
    private static Stack? _stack;

    private readonly int _start;
    private readonly int _depth;

    private TensorScope(int start, int depth)
    {
        _start = start;
        _depth = depth;
    }

    /// <summary>Opens a scope on this thread; dispose it on the same thread, innermost first.</summary>
    public static TensorScope Enter()
    {
        var stack = _stack ??= new Stack();
        stack.Depth++;
        return new TensorScope(stack.Tensors.Count, stack.Depth);
    }

    /// <summary>Lets a tensor outlive this scope.</summary>
    /// <returns>The same tensor.</returns>
    public Tensor Keep(Tensor tensor)
    {
        tensor.KeepBeyond(_depth);
        return tensor;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var stack = _stack!;
        stack.Depth--;
        var tensors = stack.Tensors;
        var kept = _start;
        for (var index = _start; index < tensors.Count; index++)
        {
            var tensor = tensors[index];
            if (tensor.IsKeptBeyond(_depth))
            {
                if (stack.Depth > 0)
                {
                    tensors[kept++] = tensor;
                }
                else
                {
                    tensor.LeaveScopes();
                }
            }
            else if (tensor.IsScoped)
            {
                tensor.Dispose();
            }
        }

        tensors.RemoveRange(kept, tensors.Count - kept);
    }

    internal static bool Adopt(Tensor tensor)
    {
        if (_stack is not { Depth: > 0 } stack)
        {
            return false;
        }

        stack.Tensors.Add(tensor);
        return true;
    }

    private sealed class Stack
    {
        public List<Tensor> Tensors { get; } = [];

        public int Depth { get; set; }
    }
}
