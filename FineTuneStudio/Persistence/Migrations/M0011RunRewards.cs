using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FineTuneStudio.Persistence.Migrations;

/// <summary>Reinforcement runs have a reward where others have a loss.</summary>
[DbContext(typeof(StudioDatabase))]
[Migration("0011_RunRewards")]
internal sealed class M0011RunRewards : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<double>("Reward", "Runs", nullable: true);
        migrationBuilder.AddColumn<double>("HeldOutReward", "Runs", nullable: true);
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropColumn("Reward", "Runs");
        migrationBuilder.DropColumn("HeldOutReward", "Runs");
    }
}
