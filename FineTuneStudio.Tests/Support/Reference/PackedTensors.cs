using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace FineTuneStudio.Tests.Support.Reference;

/// <summary>Draws weights that lie in few bits in the file: the bits are drawn, the numbers are what they stand for.</summary>
internal static class PackedTensors
{
    private const int FourBitBlock = 64;
    private const int ScaleBlock = 256;
    private const int Float8Block = 128;
    private const int MicroBlock = 32;

    // Quantiles of a normal distribution (Dettmers et al. 2023, arXiv 2305.14314, appendix E).
    private static readonly float[] FloatCodes =
    [
        0f, 0.005208333f, 0.6666667f, 1f, 0.33333334f, 0.5f, 0.16666667f, 0.25f,
        -0f, -0.005208333f, -0.6666667f, -1f, -0.33333334f, -0.5f, -0.16666667f, -0.25f,
    ];

    private static readonly double[] MicroCodes = [0, .5, 1, 1.5, 2, 3, 4, 6];

    /// <summary>Whether a layout puts weights of a role into few bits.</summary>
    public static bool IsPacked(PublishedLayout layout, WeightRole role) => layout switch
    {
        PublishedLayout.Nf4 or PublishedLayout.Nf4Double or PublishedLayout.Fp4 => role is WeightRole.Linear or WeightRole.Router,
        PublishedLayout.Fp8 => role == WeightRole.Linear,
        PublishedLayout.Mxfp4 => role == WeightRole.Stack,
        _ => false,
    };

    /// <summary>Draws a weight.</summary>
    /// <returns>Its numbers.</returns>
    public static double[] Draw(PublishedLayout layout, string name, int[] shape, Random random, List<StoredTensor> stored) => layout switch
    {
        PublishedLayout.Fp8 => Float8(name, shape, random, stored),
        PublishedLayout.Mxfp4 => Microscaled(name, shape, random, stored),
        _ => FourBit(layout, name, shape, random, stored),
    };

    private static double[] FourBit(PublishedLayout layout, string name, int[] shape, Random random, List<StoredTensor> stored)
    {
        var (count, codes) = (shape[0] * shape[1], layout == PublishedLayout.Fp4 ? FloatCodes : ReferencePacking.NormalCodes);
        var (blocks, kind) = ((count + FourBitBlock - 1) / FourBitBlock, layout == PublishedLayout.Fp4 ? "fp4" : "nf4");
        var size = 2.2 / Math.Sqrt(shape[1]);
        var scales = new float[blocks];
        var nested = "";
        if (layout == PublishedLayout.Nf4Double)
        {
            var (map, small, outer) = (new float[256], new byte[blocks], new float[(blocks + ScaleBlock - 1) / ScaleBlock]);
            for (var index = 0; index < map.Length; index++)
            {
                map[index] = (index - 127) / 128f;
            }

            random.NextBytes(small);
            for (var index = 0; index < outer.Length; index++)
            {
                outer[index] = (float)(size * (0.3 + (0.3 * random.NextDouble())));
            }

            for (var block = 0; block < blocks; block++)
            {
                scales[block] = (map[small[block]] * outer[block / ScaleBlock]) + (float)size;
            }

            stored.Add(new(name + ".absmax", "U8", [blocks], small));
            stored.Add(new(name + ".nested_absmax", "F32", [outer.Length], Bytes(outer)));
            stored.Add(new(name + ".nested_quant_map", "F32", [map.Length], Bytes(map)));
            nested = string.Create(CultureInfo.InvariantCulture, $", \"nested_blocksize\": {ScaleBlock}, \"nested_dtype\": \"float32\", \"nested_offset\": {(float)size:R}");
        }
        else
        {
            for (var block = 0; block < blocks; block++)
            {
                scales[block] = (float)(size * (0.5 + random.NextDouble()));
            }

            stored.Add(new(name + ".absmax", "F32", [blocks], Bytes(scales)));
        }

        var (packed, values) = (new byte[(count + 1) / 2], new double[count]);
        for (var index = 0; index < count; index++)
        {
            var code = random.Next(codes.Length);
            packed[index / 2] |= (byte)(code << (index % 2 == 0 ? 4 : 0));
            values[index] = NumberBytes.RoundToBrain(codes[code] * scales[index / FourBitBlock]);
        }

        stored.Add(new(name, "U8", [packed.Length, 1], packed));
        stored.Add(new(name + ".quant_map", "F32", [codes.Length], Bytes(codes)));
        var state = Encoding.UTF8.GetBytes($$"""{"quant_type": "{{kind}}", "blocksize": {{FourBitBlock}}, "dtype": "bfloat16", "shape": [{{shape[0]}}, {{shape[1]}}]{{nested}}}""");
        stored.Add(new($"{name}.quant_state.bitsandbytes__{kind}", "U8", [state.Length], state));
        return values;
    }

    private static double[] Float8(string name, int[] shape, Random random, List<StoredTensor> stored)
    {
        var (rows, columns) = (shape[0], shape[1]);
        int[] grid = [(rows + Float8Block - 1) / Float8Block, (columns + Float8Block - 1) / Float8Block];
        var scales = new float[grid[0] * grid[1]];
        for (var index = 0; index < scales.Length; index++)
        {
            scales[index] = (float)((0.7 + (0.6 * random.NextDouble())) / Math.Sqrt(columns));
        }

        var (bytes, values) = (new byte[rows * columns], new double[rows * columns]);
        for (var index = 0; index < bytes.Length; index++)
        {
            var (sign, exponent, mantissa) = (random.Next(2), random.Next(4, 9), random.Next(8));
            bytes[index] = (byte)((sign << 7) | (exponent << 3) | mantissa);
            var number = (float)((sign == 0 ? 1 : -1) * Math.Pow(2, exponent - 7) * (1 + (mantissa / 8.0)));
            values[index] = number * scales[(index / columns / Float8Block * grid[1]) + (index % columns / Float8Block)];
        }

        stored.Add(new(name, "F8_E4M3", shape, bytes));
        stored.Add(new(name + "_scale_inv", "F32", grid, Bytes(scales)));
        return values;
    }

    // [E, in, out], where the file has [E, out, in].
    private static double[] Microscaled(string name, int[] shape, Random random, List<StoredTensor> stored)
    {
        var (experts, inputs, outputs) = (shape[0], shape[1], shape[2]);
        var (groups, values) = (inputs / MicroBlock, new double[experts * inputs * outputs]);
        var (blocks, scales) = (new byte[values.Length / 2], new byte[values.Length / MicroBlock]);
        var usual = 127 + (int)Math.Round(Math.Log2(0.5 / Math.Sqrt(inputs)));
        for (var row = 0; row < experts * outputs; row++)
        {
            for (var input = 0; input < inputs; input++)
            {
                var group = (row * groups) + (input / MicroBlock);
                if (input % MicroBlock == 0)
                {
                    scales[group] = (byte)(usual + random.Next(-1, 2));
                }

                var code = random.Next(16);
                blocks[((row * inputs) + input) / 2] |= (byte)(code << (input % 2 == 0 ? 0 : 4));
                var (expert, output) = (row / outputs, row % outputs);
                values[(((expert * inputs) + input) * outputs) + output] = (code < 8 ? 1 : -1) * MicroCodes[code % 8] * Math.Pow(2, scales[group] - 127);
            }
        }

        stored.Add(new(name + "_blocks", "U8", [experts, outputs, groups, MicroBlock / 2], blocks));
        stored.Add(new(name + "_scales", "U8", [experts, outputs, groups], scales));
        return values;
    }

    private static byte[] Bytes(float[] numbers) => MemoryMarshal.AsBytes<float>(numbers).ToArray();
}
