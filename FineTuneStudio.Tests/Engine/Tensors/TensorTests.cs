using FineTuneStudio.Engine.Tensors;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors;

public sealed class TensorTests
{
    [Fact]
    public void MatMul_TwoByTwo_IsTheClosedForm()
    {
        using var scope = TensorScope.Enter();
        var left = Tensor.From([1f, 2f, 3f, 4f], 2, 2);
        var right = Tensor.From([5f, 6f, 7f, 8f], 2, 2);

        Assert.Equal([19f, 22f, 43f, 50f], left.MatMul(right).ToArray<float>());
    }

    [Fact]
    public void MatMul_ShapesDoNotFit_NamesBothShapes()
    {
        using var scope = TensorScope.Enter();
        var left = Tensor.Zeros([1, 3], DType.Float32);
        var right = Tensor.Zeros([2, 1], DType.Float32);

        var exception = Assert.Throws<TensorException>(() => left.MatMul(right));

        Assert.Contains("[1, 3]", exception.Message, StringComparison.Ordinal);
        Assert.Contains("[2, 1]", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Backward_SumOfSquares_IsTwiceTheInput()
    {
        using var scope = TensorScope.Enter();
        var x = Tensor.From([1f, -2f, 3f]);
        x.RequiresGrad = true;

        (x * x).Sum().Backward();

        Assert.Equal([2f, -4f, 6f], x.Grad!.ToArray<float>());
    }

    [Fact]
    public void Scope_Closed_LeavesNoTensorAlive()
    {
        // Other tests run beside this one, so the count is of this thread's tensors: those of the scope.
        Tensor[] made;
        Tensor kept;
        using (var scope = TensorScope.Enter())
        {
            var one = Tensor.From([1f]);
            using var inner = TensorScope.Enter();
            kept = scope.Keep(inner.Keep(one + 1));
            made = [one, one * 2, kept];
        }

        Assert.Equal([true, true, false], made.Select(tensor => tensor.Handle.IsClosed));
        Assert.Equal(2, kept.Item());
        kept.Dispose();
    }

    [Fact]
    public void Checkpoint_OfASquare_HasTheSameValueAndGradient()
    {
        using var scope = TensorScope.Enter();
        var x = Tensor.From([1f, 2f]);
        var w = Tensor.From([3f, 4f]);
        x.RequiresGrad = true;
        w.RequiresGrad = true;

        var y = Tensor.Checkpoint(input => input * input * w, x);
        y.Sum().Backward();

        Assert.Equal([3f, 16f], y.ToArray<float>());
        Assert.Equal([6f, 16f], x.Grad!.ToArray<float>());
        Assert.Equal([1f, 4f], w.Grad!.ToArray<float>());
    }

    [Fact]
    public void Checkpoint_FunctionThrows_TheExceptionArrivesWhole()
    {
        using var scope = TensorScope.Enter();
        var x = Tensor.From([1f]);

        var exception = Assert.Throws<InvalidTimeZoneException>(() => Tensor.Checkpoint(_ => throw new InvalidTimeZoneException("mine"), x));

        Assert.Equal("mine", exception.Message);
    }

    [Fact]
    public void Generator_StateSetAgain_DrawsTheSameNumbers()
    {
        using var scope = TensorScope.Enter();
        using var generator = new RandomGenerator(7);
        var state = generator.GetState();
        var first = Tensor.Empty([16], DType.Float32).FillNormal(0, 1, generator).ToArray<float>();

        generator.SetState(state);

        Assert.Equal(first, Tensor.Empty([16], DType.Float32).FillNormal(0, 1, generator).ToArray<float>());
    }

    [Fact]
    public void FromMemory_OwnerAndTensor_ShareTheBytes()
    {
        using var scope = TensorScope.Enter();
        var owner = GC.AllocateArray<float>(4, pinned: true);
        owner[2] = 5;
        Tensor view;
        unsafe
        {
            fixed (float* start = owner)
            {
                view = Tensor.FromMemory((nint)start, [2, 2], DType.Float32, owner);
            }
        }

        Assert.Equal([0f, 0f, 5f, 0f], view.ToArray<float>());
    }

    [Fact]
    public void Operator_Unknown_IsNotSupported()
    {
        var exception = Assert.Throws<NotSupportedException>(() => Operator.Named("aten::no_such_thing").Call());

        Assert.Contains("aten::no_such_thing", exception.Message, StringComparison.Ordinal);
    }
}
