using FineTuneStudio.Engine.Contracts.Reinforcement;

namespace FineTuneStudio.Engine.Contracts;

/// <summary>Every default of the studio, with its reason and source: the one place that pages, documentation and records read.</summary>
public static class OptionCatalog
{
    private const string LoraWithoutRegret = "Schulman et al. 2025, LoRA Without Regret";

    /// <summary><c>dataset.heldOutFraction</c></summary>
    public static OptionDescriptor<double> HeldOutFraction { get; } = new(
        "dataset.heldOutFraction", "Held-out share", "of rows", 0.05,
        "Rows the model never learns from, used to see whether it learnt or memorised.",
        "More rows give a steadier held-out loss and leave fewer to learn from.",
        "Enough rows for a steady figure at a cost of one row in twenty.", "Common practice; torchtune and Axolotl recipes use 0.05");

    /// <summary><c>dataset.heldOutMaxRows</c></summary>
    public static OptionDescriptor<int> HeldOutMaxRows { get; } = new(
        "dataset.heldOutMaxRows", "Most held-out rows", "rows", 500,
        "A ceiling on the held-out share for large datasets.",
        "More rows make each evaluation slower and its figure steadier.",
        "The standard error of a mean over 500 rows is below a twentieth of the spread.", "Statistics: 1 / sqrt(500) = 0.045");

    /// <summary><c>lora.rank</c></summary>
    public static OptionDescriptor<int> LoraRank { get; } = new(
        "lora.rank", "LoRA rank", "", 16,
        "How much the adapter can learn: the width of the two thin matrices beside each frozen one.",
        "More capacity, a larger adapter and slightly slower steps; rarely needed below ten thousand rows.",
        "Holds what a few thousand rows teach, and every runtime serves it.", "Hu et al. 2021, table 6; PEFT and Unsloth recipes");

    /// <summary><c>lora.alpha</c></summary>
    public static OptionDescriptor<double> LoraAlpha { get; } = new(
        "lora.alpha", "LoRA alpha", "", 32,
        "Strength of the adapter: its output is multiplied by alpha / rank.",
        "Acts like a higher learning rate on the adapter.",
        "A scale of 2 at rank 16, the scale at which the default learning rate was tuned.", LoraWithoutRegret);

    /// <summary><c>lora.dropout</c></summary>
    public static OptionDescriptor<double> LoraDropout { get; } = new(
        "lora.dropout", "LoRA dropout", "", 0,
        "Share of the adapter's inputs set to zero at random while training.",
        "Counters memorising on small datasets, learns slower.",
        "Rarely helps in short runs, and without it the fast kernels run.", "Unsloth documentation; torchtune's LoRA recipes use 0 to 0.05");

    /// <summary><c>lora.rsLora</c></summary>
    public static OptionDescriptor<bool> RsLora { get; } = new(
        "lora.rsLora", "Rank-stabilised scale", "", false,
        "Divide alpha by the root of the rank instead of the rank.",
        "Higher ranks keep their strength; worth it from rank 64.",
        "At rank 16 both scales work, and plain LoRA is understood everywhere.", "Kalajdzievski 2023, arXiv 2312.03732");

    /// <summary><c>lora.dora</c></summary>
    public static OptionDescriptor<bool> Dora { get; } = new(
        "lora.dora", "Magnitudes (DoRA)", "", false,
        "Learn the length of each weight row by itself, and its direction by the pair.",
        "Learns more at small ranks; steps take longer and more memory, and vLLM and llama.cpp take such an adapter only merged.",
        "Plain LoRA is faster, and every runtime serves it.", "Liu et al. 2024, arXiv 2402.09353, table 1; off in PEFT");

    /// <summary><c>lora.learningRateRatio</c></summary>
    public static OptionDescriptor<double> LearningRateRatio { get; } = new(
        "lora.learningRateRatio", "Rate of B to A (LoRA+)", "times", 1,
        "Learning rate of each pair's second matrix, which begins at zero, over that of its first.",
        "Learns faster, most of all in wide models; the paper takes 16, with a lower learning rate than usual.",
        "One rate for both is what every learning rate of a recipe is meant for.", "Hayou et al. 2024, arXiv 2402.12354; off in PEFT");

    /// <summary><c>lora.initialization</c></summary>
    public static OptionDescriptor<LoraInitialization> Initialization { get; } = new(
        "lora.initialization", "Beginning", "", LoraInitialization.Default,
        "What the adapter is before the first step: default (a part drawn at random, and zero) or pissa (the principal part of each weight, of which the rest stays frozen).",
        "With pissa the loss falls faster at first; the adapter's file has twice the rank.",
        "Begins at once, needs no decomposition of the weights, and the file has the rank that was asked for.", "Meng et al. 2024, arXiv 2404.02948; default of PEFT");

    /// <summary><c>schedule.kind</c></summary>
    public static OptionDescriptor<ScheduleKind> Schedule { get; } = new(
        "schedule.kind", "Schedule", "", ScheduleKind.Cosine,
        "How the learning rate falls after warm-up.",
        "",
        "Ends gently and needs no tuning.", "Loshchilov and Hutter 2017, arXiv 1608.03983; default of most recipes");

    /// <summary><c>schedule.learningRate</c></summary>
    public static OptionDescriptor<double> LearningRate { get; } = new(
        "schedule.learningRate", "Learning rate", "per step", 2e-4,
        "Size of each step, at its peak.",
        "Learns faster; too high and the loss jumps or stays up.",
        "About ten times the rate of full fine-tuning, as adapters need.", LoraWithoutRegret + "; QLoRA, Dettmers et al. 2023, table 9");

    /// <summary><c>schedule.warmupRatio</c></summary>
    public static OptionDescriptor<double> WarmupRatio { get; } = new(
        "schedule.warmupRatio", "Warm-up", "of all steps", 0.03,
        "Share of the steps in which the rate climbs from 0 to its peak.",
        "Safer start, less time at the peak.",
        "Long enough for Adam's second moment to settle.", "QLoRA, Dettmers et al. 2023, appendix B");

    /// <summary><c>schedule.floorRatio</c></summary>
    public static OptionDescriptor<double> FloorRatio { get; } = new(
        "schedule.floorRatio", "Floor", "of the peak", 0.1,
        "Where cosine with floor and WSD end.",
        "The last steps still learn; the end is less settled.",
        "A tenth of the peak is what large pre-training runs end at.", "Hoffmann et al. 2022, arXiv 2203.15556");

    /// <summary><c>schedule.decayRatio</c></summary>
    public static OptionDescriptor<double> DecayRatio { get; } = new(
        "schedule.decayRatio", "Decay", "of all steps", 0.2,
        "Share of the steps in which WSD comes down.",
        "A longer, gentler end and a shorter plateau.",
        "Between 10 and 20 % is enough to reach the cosine's loss.", "Hägele et al. 2024, arXiv 2405.18392");

    /// <summary><c>schedule.decay</c></summary>
    public static OptionDescriptor<DecayKind> Decay { get; } = new(
        "schedule.decay", "Decay shape", "", DecayKind.Cosine,
        "How WSD comes down.",
        "",
        "What transformers does by default.", "transformers, get_wsd_schedule");

    /// <summary><c>schedule.polynomialPower</c></summary>
    public static OptionDescriptor<double> PolynomialPower { get; } = new(
        "schedule.polynomialPower", "Power", "", 1,
        "Exponent of the polynomial: 1 is a straight line.",
        "Falls faster at first.",
        "What transformers does by default.", "transformers, get_polynomial_decay_schedule_with_warmup");

    /// <summary><c>schedule.polynomialEnd</c></summary>
    public static OptionDescriptor<double> PolynomialEnd { get; } = new(
        "schedule.polynomialEnd", "End rate", "per step", 1e-7,
        "Learning rate at the polynomial's end.",
        "The last steps still learn.",
        "What transformers does by default.", "transformers, get_polynomial_decay_schedule_with_warmup");

    /// <summary><c>optimizer.kind</c></summary>
    public static OptionDescriptor<OptimizerKind> Optimizer { get; } = new(
        "optimizer.kind", "Optimizer", "", OptimizerKind.AdamW,
        "How gradients become steps.",
        "",
        "Works at the first try for adapters and whole models alike; every recipe's learning rate is meant for it.", "Loshchilov and Hutter 2019, arXiv 1711.05101; default of PEFT, TRL, torchtune, Axolotl");

    /// <summary><c>optimizer.weightDecay</c></summary>
    public static OptionDescriptor<double> WeightDecay { get; } = new(
        "optimizer.weightDecay", "Weight decay", "", 0,
        "Pulls trained weights towards zero a little at each step.",
        "Counters memorising in long runs.",
        "An adapter starts at zero and stays small in short runs.", LoraWithoutRegret);

    /// <summary><c>optimizer.beta1</c></summary>
    public static OptionDescriptor<double> Beta1 { get; } = new(
        "optimizer.beta1", "Beta 1", "", 0.9,
        "Memory of the mean gradient.", "Smoother, slower to turn.", "Adam's default.", "Kingma and Ba 2015, arXiv 1412.6980");

    /// <summary><c>optimizer.beta2</c></summary>
    public static OptionDescriptor<double> Beta2 { get; } = new(
        "optimizer.beta2", "Beta 2", "", 0.999,
        "Memory of the squared gradient.", "Steadier step sizes, slower to adapt.", "Adam's default.", "Kingma and Ba 2015, arXiv 1412.6980");

    /// <summary><c>optimizer.epsilon</c></summary>
    public static OptionDescriptor<double> Epsilon { get; } = new(
        "optimizer.epsilon", "Epsilon", "", 1e-8,
        "Keeps the division by the second moment finite.", "Damps steps where gradients are tiny.", "Adam's default.", "Kingma and Ba 2015, arXiv 1412.6980");

    /// <summary><c>optimizer.clipNorm</c></summary>
    public static OptionDescriptor<double> ClipNorm { get; } = new(
        "optimizer.clipNorm", "Gradient clipping", "norm", 1,
        "Longest gradient a step may take; 0 clips nothing.",
        "Lets rare large gradients through.",
        "Cuts the spikes of unusual batches and nothing else.", "Pascanu et al. 2013, arXiv 1211.5063; default of transformers");

    /// <summary><c>optimizer.sgd.momentum</c></summary>
    public static OptionDescriptor<double> SgdMomentum { get; } = new(
        "optimizer.sgd.momentum", "Momentum", "", 0.9,
        "Share of the step before that is kept; 0 keeps no state.", "Smoother, slower to turn.",
        "Plain descent hardly moves a transformer; with momentum it does.", "Sutskever et al. 2013, On the importance of initialization and momentum");

    /// <summary><c>optimizer.sgd.dampening</c></summary>
    public static OptionDescriptor<double> SgdDampening { get; } = new(
        "optimizer.sgd.dampening", "Dampening", "", 0,
        "Share of the gradient left out of the momentum.", "Smaller steps.", "What PyTorch does by default.", "torch.optim.SGD");

    /// <summary><c>optimizer.sgd.nesterov</c></summary>
    public static OptionDescriptor<bool> SgdNesterov { get; } = new(
        "optimizer.sgd.nesterov", "Nesterov", "", false,
        "Look ahead by the momentum.", "Turns a little earlier.", "What PyTorch does by default.", "torch.optim.SGD");

    /// <summary><c>optimizer.adafactor.relativeStep</c></summary>
    public static OptionDescriptor<bool> AdafactorRelativeStep { get; } = new(
        "optimizer.adafactor.relativeStep", "Relative step", "", false,
        "Let the rate follow from the step alone; the schedule's rate is then not used.", "No learning rate to choose.",
        "The schedule that is drawn is the schedule that runs.", "transformers, Adafactor: external learning rate");

    /// <summary><c>optimizer.adafactor.warmupInit</c></summary>
    public static OptionDescriptor<bool> AdafactorWarmupInit { get; } = new(
        "optimizer.adafactor.warmupInit", "Relative warm-up", "", false,
        "With the relative step: climb by a millionth a step.", "A very slow start.", "Belongs to the relative step.", "transformers, Adafactor");

    /// <summary><c>optimizer.adafactor.scaleParameter</c></summary>
    public static OptionDescriptor<bool> AdafactorScaleParameter { get; } = new(
        "optimizer.adafactor.scaleParameter", "Scale by weights", "", false,
        "Multiply the rate by the size of each weight matrix.", "Small matrices take small steps.",
        "An adapter starts at zero, where such steps would be too small.", "transformers, Adafactor: external learning rate");

    /// <summary><c>optimizer.adafactor.clipThreshold</c></summary>
    public static OptionDescriptor<double> AdafactorClipThreshold { get; } = new(
        "optimizer.adafactor.clipThreshold", "Update clipping", "root mean square", 1,
        "Largest size of an update.", "Lets larger updates through.", "The paper's.", "Shazeer and Stern 2018, arXiv 1804.04235, section 6");

    /// <summary><c>optimizer.adafactor.decayRate</c></summary>
    public static OptionDescriptor<double> AdafactorDecayRate { get; } = new(
        "optimizer.adafactor.decayRate", "Decay rate", "", -0.8,
        "Exponent of the second moment's memory, 1 - step^rate.", "Shorter memory.", "The paper's.", "Shazeer and Stern 2018, arXiv 1804.04235, section 7");

    /// <summary><c>optimizer.adafactor.beta1</c></summary>
    public static OptionDescriptor<double> AdafactorBeta1 { get; } = new(
        "optimizer.adafactor.beta1", "Beta 1", "", 0,
        "Memory of the first moment; 0 keeps none.", "Smoother; costs 4 bytes a weight.", "Saving memory is what Adafactor is for.", "Shazeer and Stern 2018, arXiv 1804.04235");

    /// <summary><c>optimizer.adafactor.epsilon</c></summary>
    public static OptionDescriptor<double> AdafactorEpsilon { get; } = new(
        "optimizer.adafactor.epsilon", "Epsilon", "", 1e-30,
        "Added to squared gradients.", "Damps steps where gradients are tiny.", "The paper's.", "Shazeer and Stern 2018, arXiv 1804.04235");

    /// <summary><c>optimizer.adafactor.smallestScale</c></summary>
    public static OptionDescriptor<double> AdafactorSmallestScale { get; } = new(
        "optimizer.adafactor.smallestScale", "Smallest scale", "root mean square", 1e-3,
        "Least size of a weight matrix that scaling by weights counts with.", "Larger steps from zero.", "The paper's.", "Shazeer and Stern 2018, arXiv 1804.04235, section 8");

    /// <summary><c>optimizer.muon.momentum</c></summary>
    public static OptionDescriptor<double> MuonMomentum { get; } = new(
        "optimizer.muon.momentum", "Momentum", "", 0.95,
        "Memory of the momentum.", "Smoother, slower to turn.", "The author's.", "Jordan et al. 2024, Muon");

    /// <summary><c>optimizer.muon.nesterov</c></summary>
    public static OptionDescriptor<bool> MuonNesterov { get; } = new(
        "optimizer.muon.nesterov", "Nesterov", "", true,
        "Look ahead by the momentum.", "Turns a little earlier.", "The author's.", "Jordan et al. 2024, Muon");

    /// <summary><c>optimizer.muon.newtonSchulzSteps</c></summary>
    public static OptionDescriptor<int> MuonNewtonSchulzSteps { get; } = new(
        "optimizer.muon.newtonSchulzSteps", "Newton-Schulz steps", "", 5,
        "Steps that make the momentum orthogonal.", "Nearer to orthogonal, slower.", "All singular values end between 0.7 and 1.2.", "Jordan et al. 2024, Muon");

    /// <summary><c>optimizer.muon.matchAdamW</c></summary>
    public static OptionDescriptor<bool> MuonMatchAdamW { get; } = new(
        "optimizer.muon.matchAdamW", "AdamW's step size", "", true,
        "Scale each matrix's step to the size of AdamW's.", "AdamW's learning rates fit; off, Muon's own (about 0.02) do.",
        "One learning rate fits both, so changing the optimizer changes nothing else.", "Liu et al. 2025, arXiv 2502.16982, section 2.2");

    /// <summary><c>batch.rows</c></summary>
    public static OptionDescriptor<int> BatchRows { get; } = new(
        "batch.rows", "Batch", "sequences", 4,
        "Sequences in one forward pass.",
        "Steadier gradients, more memory.",
        "Fills a small machine's matrix units without filling its memory.", "Measured: docs/log.md, bench train");

    /// <summary><c>batch.accumulation</c></summary>
    public static OptionDescriptor<int> Accumulation { get; } = new(
        "batch.accumulation", "Accumulation", "passes", 1,
        "Forward passes gathered into one step.",
        "A larger batch at the same memory, fewer steps.",
        "Small datasets need steps more than large batches.", LoraWithoutRegret);

    /// <summary><c>batch.contextLength</c></summary>
    public static OptionDescriptor<int> ContextLength { get; } = new(
        "batch.contextLength", "Context", "tokens", 1024,
        "Most tokens of one sequence; longer conversations are cut and counted.",
        "Longer conversations fit; memory grows with it.",
        "Holds most instruction datasets whole.", "Token counts of the datasets in docs/log.md");

    /// <summary><c>batch.packing</c></summary>
    public static OptionDescriptor<bool> Packing { get; } = new(
        "batch.packing", "Packing", "", true,
        "Fill each sequence with several conversations, none seeing another.",
        "No time is spent on padding; a step holds more conversations.",
        "Two to three times the speed on short conversations, same arithmetic.", "torchtune README: 3.4x on Alpaca; Krell et al. 2021, arXiv 2107.02027");

    /// <summary><c>duration.epochs</c></summary>
    public static OptionDescriptor<double> Epochs { get; } = new(
        "duration.epochs", "Epochs", "passes over the rows", 3,
        "How often each row is seen.",
        "Learns the rows better, then by heart.",
        "Between one (large data) and ten (a hundred rows).", "OpenAI and Fireworks defaults lie between 1 and 4");

    /// <summary><c>reinforcement.method</c></summary>
    public static OptionDescriptor<ReinforcementMethod> ReinforcementMethod { get; } = new(
        "reinforcement.method", "Loss", "", Reinforcement.ReinforcementMethod.Grpo,
        "How scores become a loss: GRPO, Dr. GRPO, DAPO, GSPO-token or RLOO.",
        "",
        "The one that everything else is compared with; works from a handful of prompts.", "Shao et al. 2024, arXiv 2402.03300")
    {
        DefaultLabel = "GRPO",
    };

    /// <summary><c>reinforcement.prompts</c></summary>
    public static OptionDescriptor<int> Prompts { get; } = new(
        "reinforcement.prompts", "Prompts", "a batch", 8,
        "Prompts that answers are drawn to before the model learns from them.",
        "Steadier steps, each slower.",
        "64 answers a batch with eight to each, enough that some groups differ.", "House choice; recipes lie between 1 and 512");

    /// <summary><c>reinforcement.answers</c></summary>
    public static OptionDescriptor<int> Answers { get; } = new(
        "reinforcement.answers", "Answers", "a prompt", 8,
        "Answers drawn to each prompt; each is compared with the others of its group.",
        "More groups with both good and bad answers, slower batches.",
        "What the managed services draw.", "Fireworks, RFT parameters; TRL's num_generations");

    /// <summary><c>reinforcement.updates</c></summary>
    public static OptionDescriptor<int> Updates { get; } = new(
        "reinforcement.updates", "Steps", "a batch", 1,
        "Optimizer steps over each batch of answers.",
        "Answers are used more than once, clipped where the model has moved on.",
        "Every answer is the model's own, so that nothing is clipped.", "TRL's num_iterations");

    /// <summary><c>reinforcement.answerTokens</c></summary>
    public static OptionDescriptor<int> AnswerTokens { get; } = new(
        "reinforcement.answerTokens", "Answer length", "tokens", 512,
        "Most tokens of an answer; longer ones are cut, and counted.",
        "Room to reason, slower batches.",
        "Holds a reasoned answer to a short question.", "House choice; Fireworks allows 2048 on its own machines");

    /// <summary><c>reinforcement.temperature</c></summary>
    public static OptionDescriptor<double> Temperature { get; } = new(
        "reinforcement.temperature", "Temperature", "", 1,
        "How freely answers are drawn.",
        "More different answers; too high and they make no sense.",
        "Answers come from the very distribution that learns.", "TRL, GRPO; DAPO, Yu et al. 2025, arXiv 2503.14476");

    /// <summary><c>reinforcement.topP</c></summary>
    public static OptionDescriptor<double> TopP { get; } = new(
        "reinforcement.topP", "Top-p", "", 1,
        "Smallest set of likeliest tokens with this much probability that answers are drawn from.",
        "Rarer tokens are drawn too.",
        "A cut distribution is not the one that learns.", "TRL, GRPO");

    /// <summary><c>reinforcement.topK</c></summary>
    public static OptionDescriptor<int> TopK { get; } = new(
        "reinforcement.topK", "Top-k", "tokens", 0,
        "So many likeliest tokens that answers are drawn from; 0 keeps all.",
        "Rarer tokens are drawn too.",
        "A cut distribution is not the one that learns.", "TRL, GRPO");

    /// <summary><c>reinforcement.minP</c></summary>
    public static OptionDescriptor<double> MinP { get; } = new(
        "reinforcement.minP", "Min-p", "", 0,
        "Least probability of a token beside the likeliest one's that answers are drawn from; 0 keeps all.",
        "Rare tokens are not drawn where one is sure.",
        "A cut distribution is not the one that learns.", "Nguyen et al. 2024, arXiv 2407.01082; TRL, GRPO");

    /// <summary><c>reinforcement.rounds</c></summary>
    public static OptionDescriptor<int> Rounds { get; } = new(
        "reinforcement.rounds", "Rounds", "", 3,
        "Batches drawn at most for one, where groups that teach nothing are replaced.",
        "Fuller batches, slower where most prompts are too easy or too hard.",
        "Bounds what a step may cost.", "DAPO recipes of verl bound it too (max_num_gen_batches)");

    /// <summary><c>reinforcement.learnCut</c></summary>
    public static OptionDescriptor<bool> LearnCut { get; } = new(
        "reinforcement.learnCut", "Learn from cut answers", "", true,
        "Whether an answer that was cut at its most tokens is learnt from.",
        "Answers learn to end in time; off, they are left out.",
        "A cut answer is usually a bad one, and says so.", "TRL's mask_truncated_completions is off by default");

    /// <summary><c>reinforcement.tools.turns</c></summary>
    public static OptionDescriptor<int> ToolTurns { get; } = new(
        "reinforcement.tools.turns", "Turns", "turns", 4,
        "Most turns of the model in one conversation with tools; the calls of the last are not answered.",
        "Longer chains of calls, slower batches.",
        "Room for a few calls, one after the other.", "House choice; agent recipes lie between 2 and 50");

    /// <summary><c>reinforcement.tools.resultTokens</c></summary>
    public static OptionDescriptor<int> ToolResultTokens { get; } = new(
        "reinforcement.tools.resultTokens", "Length of a tool's answer", "tokens", 256,
        "Most tokens of what a tool answers; more are cut off, and the model is told.",
        "Tools may say more, conversations fill the context sooner.",
        "A lookup or a calculation fits; a page of text does not.", "House choice");

    /// <summary><c>evaluation.samples</c></summary>
    public static OptionDescriptor<int> EvaluationSamples { get; } = new(
        "evaluation.samples", "Samples", "rows", 4,
        "Held-out prompts answered at each evaluation, so that you see it learn.",
        "More to read, slower evaluations.",
        "A handful is read; more is skimmed.", "House choice");

    /// <summary><c>evaluation.sampleTokens</c></summary>
    public static OptionDescriptor<int> SampleTokens { get; } = new(
        "evaluation.sampleTokens", "Sample length", "tokens", 64,
        "Most tokens of each sampled answer.",
        "Longer answers, slower evaluations.",
        "Shows the style of an answer within a second or two.", "House choice");

    /// <summary><c>checkpoints.keep</c></summary>
    public static OptionDescriptor<int> CheckpointsKept { get; } = new(
        "checkpoints.keep", "Checkpoints kept", "", 3,
        "Newest states that stay on disk; the best one stays besides.",
        "More states to go back to, more disk.",
        "Two verified ones must always remain; one more is comfort.", "House choice");

    /// <summary><c>precision</c></summary>
    public static OptionDescriptor<Precision> Precision { get; } = new(
        "precision", "Precision", "", Contracts.Precision.Bf16,
        "Number format of frozen weights and activations.",
        "",
        "Half the memory of fp32, faster matrix products, the same range.", "Kalamkar et al. 2019, arXiv 1905.12322")
    {
        DefaultLabel = "bf16",
    };

    /// <summary><c>quantization</c></summary>
    public static OptionDescriptor<Quantization> Quantization { get; } = new(
        "quantization", "Frozen weights in few bits", "", Contracts.Quantization.None,
        "How the base's linears and experts are kept in memory: none (as the folder has them, few bits too), nf4 (4.5 bits a weight), nf4Double (4.13 bits), int8. They are unpacked when they are used; the adapter stays exact.",
        "Fewer bits: larger models fit; steps take longer, and answers lose a little.",
        "Exact weights, and the fastest steps, wherever they fit.", "Dettmers et al. 2023, arXiv 2305.14314 (QLoRA)")
    {
        DefaultLabel = "as they are",
    };

    /// <summary><c>device</c></summary>
    public static OptionDescriptor<string> Device { get; } = new(
        "device", "Device", "", DeviceName.Auto,
        "Where the model is and computes: auto, cpu, cuda, or cuda:1 for the second GPU.",
        "",
        "Takes a GPU where there is one; the processor does everything too, slower.", "House choice");

    /// <summary><c>gradientCheckpointing</c></summary>
    public static OptionDescriptor<bool> GradientCheckpointing { get; } = new(
        "gradientCheckpointing", "Gradient checkpointing", "", false,
        "Recompute each layer in the backward pass instead of keeping its activations.",
        "Much less memory, about a third slower.",
        "Needed only where memory is short.", "Chen et al. 2016, arXiv 1604.06174");

    /// <summary><c>seed</c></summary>
    public static OptionDescriptor<long> Seed { get; } = new(
        "seed", "Seed", "", 42,
        "Start of everything random; the same seed gives the same run, bit for bit.",
        "", "Any number would do.", "House choice");

    /// <summary>All descriptors, in the order a page shows them.</summary>
    public static IReadOnlyList<IOptionDescriptor> All { get; } =
    [
        HeldOutFraction, HeldOutMaxRows, LoraRank, LoraAlpha, LoraDropout, RsLora, Dora, LearningRateRatio, Initialization, Schedule, LearningRate, WarmupRatio, FloorRatio, DecayRatio,
        Decay, PolynomialPower, PolynomialEnd, Optimizer, WeightDecay, Beta1, Beta2, Epsilon, ClipNorm,
        SgdMomentum, SgdDampening, SgdNesterov, AdafactorRelativeStep, AdafactorWarmupInit, AdafactorScaleParameter, AdafactorClipThreshold,
        AdafactorDecayRate, AdafactorBeta1, AdafactorEpsilon, AdafactorSmallestScale, MuonMomentum, MuonNesterov, MuonNewtonSchulzSteps, MuonMatchAdamW,
        BatchRows, Accumulation, ContextLength, Packing,
        ReinforcementMethod, Prompts, Answers, Updates, AnswerTokens, Temperature, TopP, TopK, MinP, Rounds, LearnCut, ToolTurns, ToolResultTokens,
        Epochs, EvaluationSamples, SampleTokens, CheckpointsKept, Precision, Quantization, Device, GradientCheckpointing, Seed,
    ];

    /// <summary>The descriptor of a JSON path.</summary>
    /// <exception cref="KeyNotFoundException">No option has this path.</exception>
    public static IOptionDescriptor Find(string path)
        => All.FirstOrDefault(option => option.Path == path) ?? throw new KeyNotFoundException($"No option has the path '{path}'.");
}
