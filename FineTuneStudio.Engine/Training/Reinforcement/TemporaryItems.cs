using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuneStudio.Engine.Datasets;

namespace FineTuneStudio.Engine.Training.Reinforcement;

internal static class TemporaryItems
{
    public static JsonElement ReadItem(this DatasetIndex index, int row)
    {
        var conversation = index.Read(row).Conversation;
        var task = Evaluation.AnswerTask.ToAnswer(conversation);
        return JsonSerializer.SerializeToElement(new JsonObject { ["answer"] = task.Expected });
    }
}
