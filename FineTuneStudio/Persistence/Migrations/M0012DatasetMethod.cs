using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FineTuneStudio.Persistence.Migrations;

/// <summary>Datasets know what their rows are meant for; those that were there already were checked for supervised fine-tuning.</summary>
[DbContext(typeof(StudioDatabase))]
[Migration("0012_DatasetMethod")]
internal sealed class M0012DatasetMethod : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>("Method", "Datasets", maxLength: 16, nullable: true);
        migrationBuilder.Sql("UPDATE \"Datasets\" SET \"Method\" = 'Sft' WHERE \"State\" <> 'Checking'");
    }

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropColumn("Method", "Datasets");
}
