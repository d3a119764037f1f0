using FineTuneStudio.Engine.Tensors;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Kernels;

/// <summary>The block products of every instruction set that this processor has, those of AMX tiles by emulation too.</summary>
public sealed class BlockProductTests
{
    private static readonly Operator Product = Operator.Named("fts::block_product");

    public static TheoryData<string, DType, bool> Kernels
    {
        get
        {
            var data = new TheoryData<string, DType, bool>();
            foreach (var transposed in new[] { false, true })
            {
                foreach (var set in new[] { "portable", "avx2", "avx512", "avx512bf16" })
                {
                    data.Add(set, DType.Float32, transposed);
                    data.Add(set, DType.BFloat16, transposed);
                }

                data.Add("amx", DType.BFloat16, transposed);
                data.Add("amx_emulated", DType.BFloat16, transposed);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Product_AnyShape_IsTheMatrixProduct(string set, DType type, bool transposed)
    {
        foreach (var (rows, columns, depth) in new[] { (1L, 1L, 1L), (5, 16, 32), (17, 33, 7), (64, 128, 128), (33, 48, 96), (130, 80, 161) })
        {
            using var scope = TensorScope.Enter();
            var left = Twins.Random(1, type, rows, depth);
            var right = transposed ? Twins.Random(2, type, columns, depth) : Twins.Random(2, type, depth, columns);

            var product = Product.Call(set, left, right, transposed);

            Assert.SkipWhen(product.ElementCount == 0, $"This processor has no {set}.");
            var wide = right.To(DType.Float32);
            var expected = left.To(DType.Float32).MatMul(transposed ? wide.Transpose(0, 1) : wide);
            Twins.AssertClose(expected, product, 1e-5, $"[{rows}, {depth}] x [{depth}, {columns}]");
        }
    }
}
