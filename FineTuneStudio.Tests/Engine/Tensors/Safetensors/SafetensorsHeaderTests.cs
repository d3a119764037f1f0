using System.Buffers.Binary;
using System.Text;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors.Safetensors;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Safetensors;

/// <summary>A header is believed only where the file bears it out.</summary>
public sealed class SafetensorsHeaderTests : IDisposable
{
    private const string Good = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[],"data_offsets":[8,10]}}""";
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Read_HonestHeader_GivesEveryEntry()
    {
        Write(Good, 10);

        var header = SafetensorsHeader.Read(_path);

        Assert.Equal(["a", "b"], header.Entries.Keys.Order());
        Assert.Equal(1, header.Entries["b"].Elements);
        Assert.Equal(8 + Good.Length, header.DataStart);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "'a' takes 12 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "'a' ends at byte 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "cut off")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 12, "belong to nothing")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "'b' begins at byte 4, inside")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}""", 16, "leaves a hole")]
    [InlineData("""{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}""", 8, "unknown element type 'F31'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "has -2 in 'shape'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}""", 8, "has 1.5 in 'shape'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,4],"data_offsets":[0,8]}}""", 8, "impossible size")]
    [InlineData("""{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}""", 1, "'a' takes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "'a' lacks")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}""", 8, "'a' lacks")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}""", 8, "'more'")]
    [InlineData("""{"a":[1]}""", 0, "other than an object")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", 16, "broken JSON")]
    [InlineData("""{"__metadata__":{"x":1}}""", 0, "__metadata__.x")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[[2]]],"data_offsets":[0,8]}}""", 8, "header")]
    [InlineData("""{"a":{"dtype":"F32","shape":""", 0, "broken JSON")]
    [InlineData("""[1, 2, 3]""", 0, "not a JSON object")]
    public void Read_LyingHeader_NamesFileAndFault(string json, int dataBytes, string expected)
    {
        Write(json, dataBytes);

        var exception = Assert.Throws<UserErrorException>(() => SafetensorsHeader.Read(_path));

        var error = Assert.Single(exception.Errors);
        Assert.Equal(_path, error.Field);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(1_000_000UL)]
    [InlineData(200_000_000UL)]
    [InlineData(ulong.MaxValue)]
    public void Read_LyingLength_IsRefused(ulong length)
    {
        Write(Good, 10, length);

        Assert.Throws<UserErrorException>(() => SafetensorsHeader.Read(_path));
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 4, 0, 0, 0, 0, 0, 0, 0, (byte)'{', 0xFF, 0xFE, (byte)'}' })]
    public void Read_NoSafetensors_IsRefused(byte[] bytes)
    {
        File.WriteAllBytes(_path, bytes);

        Assert.Throws<UserErrorException>(() => SafetensorsHeader.Read(_path));
    }

    [Fact]
    public void Read_BytesChangedAtRandom_NeverFailsOtherwiseThanByRefusing()
    {
        const int Seed = 20261122;
        var random = new Random(Seed);
        Write(Good, 10);
        var good = File.ReadAllBytes(_path);
        var refused = 0;
        for (var round = 0; round < 2000; round++)
        {
            var bytes = good.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(_path, bytes[..random.Next(bytes.Length / 2, bytes.Length + 1)]);
            try
            {
                var header = SafetensorsHeader.Read(_path);
                Assert.All(header.Entries.Values, entry => Assert.InRange(header.DataStart + entry.End, 0, bytes.Length));
            }
            catch (UserErrorException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 2000);
    }

    [Fact]
    public void Read_AbsentFile_IsRefused()
        => Assert.Throws<UserErrorException>(() => SafetensorsHeader.Read(_path + ".absent"));

    private void Write(string json, int dataBytes, ulong? length = null)
    {
        var header = Encoding.UTF8.GetBytes(json);
        var bytes = new byte[8 + header.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length ?? (ulong)header.Length);
        header.CopyTo(bytes, 8);
        File.WriteAllBytes(_path, bytes);
    }
}
