using System.Text.Json;
using FineTuneStudio.Engine.Tokenizers.Normalizers;
using FineTuneStudio.Engine.Tokenizers.Patterns;
using FineTuneStudio.Engine.Tokenizers.Texts;
using FineTuneStudio.Engine.Tokenizers.Unicode;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tokenizers;

/// <summary>The sets and compositions of the reference libraries, member by member.</summary>
public sealed class UnicodeTests
{
    private static readonly Lazy<JsonElement> Reference = new(() => JsonElement.Parse(File.ReadAllText(SharedData.Golden("tokenizers", "unicode.json"))));

    public static TheoryData<string, string> Classes
    {
        get
        {
            TheoryData<string, string> data = [];
            string[] names = [@"\p{L}", @"\p{N}", @"\p{P}", @"\p{S}", @"\p{M}", @"\s", @"\p{Lu}", @"\p{Lt}", @"\p{Lm}", @"\p{Lo}", @"\p{Ll}", @"\p{Nd}", @"\p{Han}"];
            foreach (var name in names)
            {
                data.Add(name, "");
            }

            data.Add(@"\w", "tokenizers");
            data.Add(@"\w", "tiktoken");
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void Class_EveryCodePoint_IsMemberAsInTheReference(string name, string library)
    {
        var entry = Reference.Value.GetProperty("classes").GetProperty(name);
        var expected = new bool[CodePoint.Limit];
        Fill(expected, entry.GetProperty("ranges"));
        if (library == "tiktoken")
        {
            // The ranges are those of tokenizers.
            Fill(expected, entry.GetProperty("only_in_tokenizers"), isMember: false);
            Fill(expected, entry.GetProperty("only_in_tiktoken"));
        }

        var set = new EscapeParser(name, 0, library == "tiktoken" ? PatternDialect.Rust : PatternDialect.Oniguruma)
            .Parse(ignoresCase: false, out _, out _)!.Freeze();

        Assert.DoesNotContain(
            Enumerable.Range(0, CodePoint.Limit), codePoint => codePoint is < 0xD800 or > 0xDFFF && set.Contains(codePoint) != expected[codePoint]);
    }

    [Fact]
    public void IgnoreCase_LettersOfContractions_MatchWhatTheReferenceMatches()
    {
        foreach (var letter in Reference.Value.GetProperty("case_insensitive").EnumerateObject())
        {
            var pattern = Pattern.Parse($"(?i:{letter.Name})", PatternDialect.Oniguruma);
            var expected = letter.Value.GetProperty("tokenizers").EnumerateArray().Select(member => member.GetInt32());

            var actual = Enumerable.Range(0, 0x3000).Where(codePoint => pattern.FindAll(char.ConvertFromUtf32(codePoint)).Count == 1);

            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Nfc_SingleCodePointsAndPairs_ComposeAsInTheReference()
    {
        var nfc = new UnicodeNormalizer(composes: true, compatibility: false);
        foreach (var single in Reference.Value.GetProperty("nfc_changes_single").EnumerateObject())
        {
            var expected = string.Concat(single.Value.EnumerateArray().Select(part => char.ConvertFromUtf32(part.GetInt32())));
            var text = char.ConvertFromUtf32(int.Parse(single.Name, System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(expected, nfc.Apply(AlignedText.Of(text)).Text.ToString());
        }

        foreach (var row in Reference.Value.GetProperty("nfc_composes").EnumerateArray())
        {
            var texts = row.EnumerateArray().Select(part => char.ConvertFromUtf32(part.GetInt32())).ToArray();
            Assert.Equal(texts[0], nfc.Apply(AlignedText.Of(string.Concat(texts[1..]))).Text.ToString());
        }
    }

    private static void Fill(bool[] members, JsonElement ranges, bool isMember = true)
    {
        var places = ranges.EnumerateArray().Select(value => value.GetInt32()).ToArray();
        for (var index = 0; index < places.Length; index += 2)
        {
            Array.Fill(members, isMember, places[index], places[index + 1] - places[index] + 1);
        }
    }
}
