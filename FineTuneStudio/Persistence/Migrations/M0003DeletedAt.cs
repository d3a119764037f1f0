using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FineTuneStudio.Persistence.Migrations;

/// <summary>Things are marked deleted before they are removed; a deleted model's name is free at once.</summary>
[DbContext(typeof(StudioDatabase))]
[Migration("0003_DeletedAt")]
internal sealed class M0003DeletedAt : Migration
{
    private static readonly string[] Tables = ["Datasets", "Models", "Runs", "Adapters"];

    protected override void Up(MigrationBuilder migrationBuilder)
    {
        foreach (var table in Tables)
        {
            migrationBuilder.AddColumn<long>("DeletedAt", table, nullable: true);
        }

        migrationBuilder.DropIndex("IX_Models_Name", "Models");
        migrationBuilder.CreateIndex("IX_Models_Name", "Models", "Name", unique: true, filter: ModelConfiguration.NotDeleted);
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropIndex("IX_Models_Name", "Models");
        migrationBuilder.CreateIndex("IX_Models_Name", "Models", "Name", unique: true);
        foreach (var table in Tables)
        {
            migrationBuilder.DropColumn("DeletedAt", table);
        }
    }
}
