using System.Text.Json;
using FineTuneStudio.Engine.Pretraining.Vocabulary;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Pretraining;

public sealed class BytePairTrainerTests
{
    [Fact]
    public void Train_RepeatedWord_MergesItsMostFrequentPairsFirst()
    {
        var trainer = new BytePairTrainer();
        trainer.Add("abab abab abab xaby");
        var vocabulary = trainer.Train(260);
        Assert.Equal(("a", "b"), vocabulary.Merges[0]);
        Assert.Contains("Ġabab", vocabulary.Tokens);
    }

    [Fact]
    public void Train_NothingOccursTwice_StopsAtTheBytes()
    {
        var trainer = new BytePairTrainer();
        trainer.Add("ab cd");
        Assert.Equal(256, trainer.Train(1000).Tokens.Count);
    }

    [Fact]
    public void ToTokenizerJson_AnyVocabulary_NumbersSpecialTokensAfterTheOthers()
    {
        var trainer = new BytePairTrainer();
        trainer.Add("the the the");
        var vocabulary = trainer.Train(258);
        using var json = JsonDocument.Parse(vocabulary.ToTokenizerJson(["<|end|>"]));
        Assert.Equal(vocabulary.Tokens.Count, json.RootElement.GetProperty("added_tokens")[0].GetProperty("id").GetInt32());
        Assert.Equal(vocabulary.Tokens.Count, json.RootElement.GetProperty("model").GetProperty("vocab").EnumerateObject().Count());
    }
}
