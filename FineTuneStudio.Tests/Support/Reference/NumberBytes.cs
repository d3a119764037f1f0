using System.Runtime.InteropServices;

namespace FineTuneStudio.Tests.Support.Reference;

/// <summary>Numbers in the element types of files.</summary>
internal static class NumberBytes
{
    /// <summary>Rounds numbers to a type in place, and gives their bytes.</summary>
    public static byte[] Round(double[] values, string type)
    {
        switch (type)
        {
            case "F32":
                var singles = Array.ConvertAll(values, value => (float)value);
                Array.ConvertAll(singles, single => (double)single).CopyTo(values, 0);
                return MemoryMarshal.AsBytes<float>(singles).ToArray();
            case "F16":
                var halves = Array.ConvertAll(values, value => (Half)value);
                Array.ConvertAll(halves, half => (double)half).CopyTo(values, 0);
                return MemoryMarshal.AsBytes<Half>(halves).ToArray();
            case "BF16":
                var brains = Array.ConvertAll(values, Brain);
                Array.ConvertAll(brains, brain => (double)BitConverter.Int32BitsToSingle(brain << 16)).CopyTo(values, 0);
                return MemoryMarshal.AsBytes<ushort>(brains).ToArray();
            default:
                throw new ArgumentOutOfRangeException(nameof(type));
        }
    }

    /// <summary>A number as bfloat16 has it, to the nearest, ties to even.</summary>
    public static double RoundToBrain(double value) => BitConverter.Int32BitsToSingle(Brain(value) << 16);

    private static ushort Brain(double value)
    {
        var bits = BitConverter.SingleToUInt32Bits((float)value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
