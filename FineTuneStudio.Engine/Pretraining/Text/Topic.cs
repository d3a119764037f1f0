namespace FineTuneStudio.Engine.Pretraining.Text;

/// <summary>Something a message can be about.</summary>
/// <param name="Domain">The place it belongs to: bank, shop, ...</param>
/// <param name="Label">Its name, a few words.</param>
/// <param name="Messages">Ways to say it.</param>
internal sealed record Topic(string Domain, string Label, List<Phrase> Messages);
